import type { Grant } from '../../queue/index.ts';
import type { Account } from './account.ts';
import type { OpenStream } from './answer.ts';
import type { Call } from '../call.ts';
import { brokenOff, seenOf, type Conclusion } from './conclusion.ts';
import { errorResponse } from '../errors/error-response.ts';
import type { GatewayRooms } from '../gateway.ts';
import { followGrowth } from './growth.ts';
import { relayStream, type StreamClient, type StreamListener } from './relay-stream.ts';
import { callHeaders, grantHeaders, STREAM_HEADERS } from './reply-headers.ts';

/** One request that is being answered. */
export interface Answering {
  readonly call: Call;
  readonly account: Account;
  readonly rooms: Pick<GatewayRooms, 'clock' | 'log'> & { readonly slowClientTimeoutMs: number };
}

/** Puts what the client gets into a response. */
export function respond(conclusion: Conclusion, answering: Answering): Response {
  const { call, rooms } = answering;
  const { dialect } = call.reading;
  if (conclusion.is === 'gone') return clientGone();
  const nowMs = rooms.clock.nowMs();
  if (conclusion.is === 'refused')
    return errorResponse(conclusion.error, { ...callHeaders(call, nowMs), ...conclusion.headers }, dialect);
  const { grant } = conclusion;
  const headers = grantHeaders(call, grant, nowMs);
  if (conclusion.is === 'failed') return errorResponse(conclusion.error, headers, dialect);
  const typed = { ...headers, 'content-type': conclusion.contentType };
  if (conclusion.is === 'whole') return new Response(conclusion.body, { headers: typed });
  const { stream } = conclusion;
  const body = relayStream(stream, clientOf(answering), listenerOf(stream, grant, answering));
  return new Response(body, { headers: { ...typed, ...STREAM_HEADERS } });
}

/** For a client that left before anything came of its request. */
export function leaveUnanswered(account: Account): Response {
  account.closed('client_gone');
  return clientGone();
}

/** nginx's status for a client that closed its request; it is never seen. */
function clientGone(): Response {
  return new Response(null, { status: 499 });
}

/** The client's side of a stream. */
export function clientOf({ call, rooms }: Answering): StreamClient {
  const { clock, slowClientTimeoutMs } = rooms;
  return { signal: call.outgoing.signal, idleLimit: call.idleLimit, clock, slowClientTimeoutMs };
}

/** Tells the queue and the books of a stream on its way. */
export function listenerOf(stream: OpenStream, grant: Grant, { call, account }: Answering): StreamListener {
  const { dialect } = call.reading;
  return {
    received: () => grant.received(),
    moved: followGrowth(stream.tap, grant),
    ended: (outcome) => account.settle(outcome, seenOf(stream)),
    brokenOff: () => dialect.errorEvent(brokenOff(grant), stream.tap.last()),
    stillThere: dialect.keepAlive,
  };
}
