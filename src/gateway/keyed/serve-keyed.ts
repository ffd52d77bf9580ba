import { requestFingerprint, type KeptAnswer, type KeyedRequest } from '../../queue/index.ts';
import type { Account } from '../answer/account.ts';
import { errorResponse } from '../errors/error-response.ts';
import { apiError, type ApiError } from '../errors/errors.ts';
import type { GatewayRooms } from '../gateway.ts';
import type { Received } from '../intake/intake.ts';
import { isStream } from '../answer/reply-headers.ts';
import { leaveUnanswered } from '../answer/respond.ts';
import { readKeyHeaders } from './idempotency-key.ts';
import { passOn } from './pass-on.ts';
import { runRecorded, type Run } from './record.ts';

/** How often a client follows a key whose runs end without an answer before it is told to come again. */
const BEGINS_MAX = 8;

/** A request with an `Idempotency-Key`. */
export interface Asking {
  readonly key: string;
  readonly received: Received;
  readonly account: Account;
  readonly rooms: Pick<GatewayRooms, 'keyed' | 'clock'>;
  readonly slowClientTimeoutMs: number;
}

/** Serves it from what is kept, from an execution that runs, or by `run`, which goes on when its client leaves. */
export async function serveKeyed(asking: Asking, run: Run): Promise<Response> {
  const { key, received, account, rooms } = asking;
  const { signal, headers } = received.incoming.request;
  const read = readKeyHeaders(key, headers);
  if (!read.ok) return refuse(read.error, asking);
  const request = keyedRequest(asking);
  for (let begins = 0; begins < BEGINS_MAX; begins += 1) {
    const begun = await rooms.keyed.begin(request, signal);
    if (begun.is === 'fresh') {
      const recorded = await runRecorded(run, begun.recorder, account, signal);
      return recorded.is === 'whole' ? recorded.response : replyWith(recorded.answer, {}, asking, () => undefined);
    }
    if (begun.is === 'replay') return replyKept(begun.answer, 'replayed', asking);
    if (begun.is === 'mismatch') return refuse(apiError('idempotency_mismatch', {}, 'idempotency-key'), asking);
    if (begun.is === 'unkept') return refuse(apiError('idempotency_unkept', {}, 'idempotency-key'), asking);
    if (begun.is === 'unavailable') return refuse(apiError('queue_unavailable', {}), asking);
    if (read.whileRunning === 'conflict') break;
    const attached = await begun.attach();
    if (signal.aborted) return leaveUnanswered(account);
    if (attached.is === 'answer') return replyKept(attached.answer, 'attached', asking);
  }
  return refuse(apiError('idempotency_conflict', {}, 'idempotency-key'), asking);
}

/** The key stands for the bytes as they came, before anything was looked at in them, and for the pool that a header names. */
function keyedRequest({ key, received }: Asking): KeyedRequest {
  const { tenant, incoming, body } = received;
  const { path, request } = incoming;
  const pool = request.headers.get('x-ssw-pool');
  return { tenant, key, fingerprint: requestFingerprint(pool === null ? path : `${path} ${pool}`, body) };
}

/** It is here until its client has all of it, so that it takes a seat of its tenant's as every other does. */
function replyKept(answer: KeptAnswer, how: 'replayed' | 'attached', asking: Asking): Response {
  const { requestId, request } = asking.received.incoming;
  const replayed: Record<string, string> = how === 'replayed' ? { 'idempotent-replayed': 'true' } : {};
  const ended = () => asking.account.closed(request.signal.aborted ? 'client_gone' : how);
  return replyWith(answer, { 'x-request-id': requestId, ...replayed }, asking, ended);
}

function replyWith(
  answer: KeptAnswer,
  ownHeaders: Record<string, string>,
  asking: Asking,
  ended: () => void,
): Response {
  const { received, rooms, slowClientTimeoutMs } = asking;
  const { request, idleLimit } = received.incoming;
  const headers = new Headers({ ...answer.headers, ...ownHeaders });
  const client = { signal: request.signal, idleLimit, clock: rooms.clock, slowClientTimeoutMs };
  const lost = (before: Buffer) => received.incoming.api.dialect.errorEvent(apiError('engine_failed', {}), before);
  const body = passOn(answer.body, isStream({ headers }) ? lost : undefined, client, ended);
  return new Response(body, { status: answer.status, headers });
}

function refuse(error: ApiError, { received, account }: Asking): Response {
  account.closed(error.error.code);
  const { requestId, api } = received.incoming;
  return errorResponse(error, { 'x-request-id': requestId, 'x-ssw-reject-reason': error.error.code }, api.dialect);
}
