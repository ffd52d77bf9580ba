import { refuse } from './answer.ts';
import { REPLICA_OPERATIONS } from './api.ts';
import { changeRoutes } from './change-routes.ts';
import { evalRoute } from './eval.ts';
import { change, streamOperation } from './operation.ts';
import { followOutput } from './output.ts';
import { route, type Call, type Route } from './route.ts';

/**
 * Every path of the control API, below `/v1`. Command line, dashboard and tests all come this way. A path that is added
 * here gets its row in `docs/control-api.md` (a test holds them together) and its method in `client.ts`.
 */
export const ROUTES: readonly Route[] = [
  route('GET', '/status', {
    access: 'anyone',
    does: 'how the node is: pools, replicas, cards',
    answers: 'NodeReport',
    answer: async ({ handler }) => Response.json(await handler.status()),
  }),
  ...changeRoutes,
  ...REPLICA_OPERATIONS.map((operation) =>
    route('POST', `/replicas/:name/${operation}`, {
      access: 'operators',
      does: `\`ssw-infer ${operation}\``,
      answers: 'OperationEvent, a line each',
      answer: (call) =>
        streamOperation(call, (progress) => call.handler.operate(operation, call.param('name'), progress)),
    }),
  ),
  route('GET', '/replicas/:name/history', {
    access: 'anyone',
    does: 'the last transitions of a replica, oldest first',
    answers: '[Transition]',
    answer: ({ handler, param }) => Response.json(handler.history(param('name'))),
  }),
  route('GET', '/output', {
    access: 'operators',
    does: 'output of the engines: `?replica=`, `?lines=`, `?follow=1`',
    answers: 'OutputLine, a line each',
    answer: followOutput,
  }),
  route('GET', '/quarantine', {
    access: 'operators',
    does: 'requests that are refused because they killed three engines',
    answers: '[QuarantineReport]',
    answer: async ({ handler }) => Response.json(await handler.quarantined()),
  }),
  route('POST', '/quarantine/:fingerprint/release', {
    access: 'operators',
    does: 'lets one of them, or `all`, run again',
    answers: 'how many there were',
    answer: (call) => change(call, () => call.handler.release(call.param('fingerprint'))),
  }),
  route('GET', '/queue', {
    access: 'operators',
    does: 'who waits and what runs: `?pool=`, `?tickets=`',
    answers: '[QueueReport]',
    answer: (call) => ofQueue(() => showQueue(call)),
  }),
  route('GET', '/queue/audit', {
    access: 'operators',
    does: 'checks the queue against itself',
    answers: '[FindingReport]',
    answer: ({ handler }) => ofQueue(async () => Response.json(await handler.auditQueue())),
  }),
  route('POST', '/queue/:id/cancel', {
    access: 'operators',
    does: 'ends one request, waiting or running',
    answers: 'whether there was one',
    answer: (call) => ofQueue(() => change(call, () => call.handler.cancelRequest(call.param('id')))),
  }),
  evalRoute,
];

/** Tickets in one report where nobody says otherwise. */
const TICKETS_DEFAULT = 100;

/** What is asked of the queue needs its store, which may be away. */
async function ofQueue(answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return refuse(503, `the queue's store does not answer: ${message}`);
  }
}

async function showQueue({ handler, search }: Pick<Call, 'handler' | 'search'>): Promise<Response> {
  const pool = search.get('pool') ?? undefined;
  const tickets = Number(search.get('tickets') ?? TICKETS_DEFAULT);
  if (!Number.isSafeInteger(tickets) || tickets < 0) return refuse(400, 'tickets is a whole number');
  const report = await handler.queue(pool, tickets);
  return report === undefined ? refuse(404, `no pool "${pool}"`) : Response.json(report);
}
