import type { EvalReport } from '../eval/index.ts';
import type { Progress } from '../supervisor/index.ts';
import { refuse } from './answer.ts';
import { streamOperation } from './operation.ts';
import { route, type Route } from './route.ts';

/** What to ask, and whom: the ready replicas of all pools, of one pool, or one replica. */
export interface EvalRequest {
  readonly pool?: string;
  readonly replica?: string;
  /** The name of a shipped set, or of the file that `text` is from. Default: the set of the config. */
  readonly set?: { readonly name: string; readonly text?: string };
}

/** How one replica did. */
export interface ReplicaEvalReport extends EvalReport {
  readonly replica: string;
  readonly pool: string;
}

/** `ok: false`: nobody was asked, and why. Whether all passed is in the reports. */
export type EvalEnding =
  | { readonly ok: true; readonly replicas: readonly ReplicaEvalReport[] }
  | { readonly ok: false; readonly message: string };

/** Asks replicas and judges their answers. `gone` aborts when nobody waits for the result any more. */
export type Evaluate = (request: EvalRequest, progress: Progress, gone: AbortSignal) => Promise<EvalEnding>;

/** The one path of evaluations. */
export const evalRoute: Route = route('POST', '/eval', {
  access: 'operators',
  does: 'asks ready replicas a set of prompts: `{pool?, replica?, set?: {name, text?}}`; ends when the client leaves',
  answers: 'OperationEvent, a line each; the result is an EvalEnding',
  async answer(call) {
    const request = readRequest(await call.body());
    return request === undefined
      ? refuse(400, 'the body is {"pool"?, "replica"?, "set"?: {"name", "text"?}}, all texts')
      : streamOperation(call, (progress, gone) => call.handler.evaluate(request, progress, gone));
  },
});

/** What a body asks for; `undefined` where it is something else. */
function readRequest(body: unknown): EvalRequest | undefined {
  if (body === undefined) return {};
  if (!isRecord(body)) return undefined;
  const { pool, replica, set } = body;
  if (!isTextOrNone(pool) || !isTextOrNone(replica)) return undefined;
  const whom = { ...(pool === undefined ? {} : { pool }), ...(replica === undefined ? {} : { replica }) };
  if (set === undefined) return whom;
  if (!isRecord(set) || typeof set['name'] !== 'string' || !isTextOrNone(set['text'])) return undefined;
  const { name, text } = set;
  return { ...whom, set: text === undefined ? { name } : { name, text } };
}

const isTextOrNone = (value: unknown): value is string | undefined => value === undefined || typeof value === 'string';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
