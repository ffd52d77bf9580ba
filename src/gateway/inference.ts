import type { Admission, Grant, Refusal } from '../queue/index.ts';
import type { Account } from './account.ts';
import { closeStream, receive, type Answer, type OpenStream } from './answer.ts';
import type { Call } from './call.ts';
import { errorResponse } from './error-response.ts';
import { apiError, fromEngine, type ApiError } from './errors.ts';
import type { GatewayRooms } from './gateway.ts';
import { refusalError } from './refusal.ts';
import { relayStream } from './relay-stream.ts';
import { callHeaders, grantHeaders, STREAM_HEADERS } from './reply-headers.ts';
import { findUsage } from './usage.ts';

interface InferenceRooms extends Pick<GatewayRooms, 'queue' | 'clock' | 'normaliseError'> {
  readonly slowClientTimeoutMs: number;
}

/** Serves one generation request from its admission to its last byte. Every outcome is a Response; a throw is a bug. */
export async function serveInference(call: Call, account: Account, rooms: InferenceRooms): Promise<Response> {
  const { signal } = call.outgoing;
  let admission = await rooms.queue.acquire(call.ticket, signal);
  while (admission.ok) {
    const { grant } = admission;
    account.asking(grant);
    const answer = await receive(await grant.send(call.outgoing));
    const execution = { call, grant, account, rooms };
    if (answer.is !== 'failed' || !answer.again || signal.aborted) return respond(answer, execution);
    admission = await grant.giveBack(answer.failure); // head of its line, old order; or apart from it, to run alone
    if (isEnough(admission)) return respond(answer, execution);
  }
  account.refused(admission.refusal.reason === 'cancelled' ? 'client_gone' : admission.refusal.reason);
  return refuse(admission.refusal, call, rooms);
}

/** It failed as often as is tried: the last answer stands. */
function isEnough(admission: Admission): boolean {
  return !admission.ok && admission.refusal.reason === 'engine_failed';
}

/** One call on the replica that answers it. */
interface Execution {
  readonly call: Call;
  readonly grant: Grant;
  readonly account: Account;
  readonly rooms: InferenceRooms;
}

function respond(answer: Answer, execution: Execution): Response {
  const { call, account, rooms } = execution;
  if (call.outgoing.signal.aborted) return abandon(answer, execution);
  if (answer.is === 'stream') return respondStream(answer.contentType, answer.stream, execution);
  if (answer.is === 'whole') return respondWhole(answer.contentType, answer.body, execution);
  account.settle(answer.is === 'failed' ? answer.failure : 'engine_declined');
  const said = answer.is === 'too_long' ? undefined : answer.said;
  if (said === undefined) return fail(apiError('engine_failed', {}), execution);
  return fail(fromEngine(rooms.normaliseError(said.status, said.text)), execution);
}

function respondWhole(contentType: string, body: Buffer<ArrayBuffer>, execution: Execution): Response {
  const { account } = execution;
  account.answering();
  account.settle('completed', { events: 0, usage: findUsage(body) });
  return new Response(body, { headers: headersOf(execution, contentType) });
}

function respondStream(contentType: string, stream: OpenStream, execution: Execution): Response {
  const { call, grant, account, rooms } = execution;
  const { clock, slowClientTimeoutMs } = rooms;
  const client = { signal: call.outgoing.signal, idleLimit: call.idleLimit, clock, slowClientTimeoutMs };
  account.answering();
  const body = relayStream(stream, client, {
    received: () => grant.received(),
    ended: (outcome) => account.settle(outcome, { events: stream.tap.events(), usage: stream.tap.usage() }),
  });
  return new Response(body, { headers: { ...headersOf(execution, contentType), ...STREAM_HEADERS } });
}

/** The client left before an answer: nobody reads this response. */
function abandon(answer: Answer, { account }: Execution): Response {
  if (answer.is === 'stream') closeStream(answer.stream.rest);
  account.settle('client_gone');
  return clientGone();
}

/** nginx's status for a client that closed its request; it is never seen. */
export function clientGone(): Response {
  return new Response(null, { status: 499 });
}

function refuse(refusal: Refusal, call: Call, { clock }: InferenceRooms): Response {
  if (refusal.reason === 'cancelled') return clientGone();
  const headers = { ...callHeaders(call, clock.nowMs()), 'x-ssw-reject-reason': refusal.reason };
  return errorResponse(refusalError(refusal, call.route.pool), headers);
}

function fail(error: ApiError, execution: Execution): Response {
  const { call, grant, rooms } = execution;
  return errorResponse(error, grantHeaders(call, grant, rooms.clock.nowMs()));
}

function headersOf({ call, grant, rooms }: Execution, contentType: string): Record<string, string> {
  return { ...grantHeaders(call, grant, rooms.clock.nowMs()), 'content-type': contentType };
}
