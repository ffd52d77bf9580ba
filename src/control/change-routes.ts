import { refuse } from './answer.ts';
import { ROLLOUT_OPERATIONS, type SwapRequest } from './changes.ts';
import { change, streamOperation } from './operation.ts';
import { route, type Route } from './route.ts';

/** The paths of those who change what the node runs. */
export const changeRoutes: readonly Route[] = [
  route('GET', '/reload', {
    access: 'operators',
    does: 'what a reload would change',
    answers: 'ReloadPreview',
    answer: async ({ handler }) => Response.json(await handler.previewReload()),
  }),
  route('POST', '/reload', {
    access: 'operators',
    does: 'reads the config again and applies it, as SIGHUP does',
    answers: 'OperationEvent, a line each; the result is a ChangeEnding',
    answer: (call) => streamOperation(call, (progress) => call.handler.reload(progress)),
  }),
  route('POST', '/swap', {
    access: 'operators',
    does: 'another model for a pool, on top of the file: `{pool, model, revision?}`',
    answers: 'OperationEvent, a line each; the result is a ChangeEnding',
    async answer(call) {
      const request = readSwap(await call.body());
      return request === undefined
        ? refuse(400, 'the body is {"pool", "model", "revision"?}, all texts')
        : streamOperation(call, (progress) => call.handler.swap(request, progress), request);
    },
  }),
  route('GET', '/rollout', {
    access: 'anyone',
    does: 'the rollout of now, or the last one that ended; null before the first',
    answers: 'RolloutReport',
    answer: ({ handler }) => Response.json(handler.rollout() ?? null),
  }),
  ...ROLLOUT_OPERATIONS.map((operation) =>
    route('POST', `/rollout/${operation}`, {
      access: 'operators',
      does: `\`ssw-infer rollout ${operation}\``,
      answers: 'OperationResult',
      answer: (call) =>
        change(
          call,
          () => Promise.resolve(call.handler.steerRollout(operation)),
          (it) => it,
        ),
    }),
  ),
];

/** What a body asks for; `undefined` where it is something else. */
function readSwap(body: unknown): SwapRequest | undefined {
  if (typeof body !== 'object' || body === null || !('pool' in body) || !('model' in body)) return undefined;
  const { pool, model } = body;
  const revision = 'revision' in body ? body.revision : null;
  if (typeof pool !== 'string' || typeof model !== 'string' || model === '') return undefined;
  return revision === null || typeof revision === 'string' ? { pool, model, revision } : undefined;
}
