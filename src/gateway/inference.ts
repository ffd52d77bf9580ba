import type { Admission } from '../queue/index.ts';
import type { Account } from './account.ts';
import { receive } from './answer.ts';
import type { Call } from './call.ts';
import { conclude, concludeRefusal, type Conclusion } from './conclusion.ts';
import type { GatewayRooms } from './gateway.ts';
import { respond } from './respond.ts';
import { respondEarly } from './waiting/early-response.ts';
import { createLongWait, type LongWait } from './waiting/long-wait.ts';

export interface InferenceRooms extends Pick<GatewayRooms, 'queue' | 'clock' | 'log' | 'normaliseError'> {
  readonly slowClientTimeoutMs: number;
  readonly flushAfterMs: number;
}

/** Serves one generation request from its admission to its last byte. Every outcome is a Response; a throw is a bug. */
export async function serveInference(call: Call, account: Account, rooms: InferenceRooms): Promise<Response> {
  const wait = createLongWait(call, rooms);
  const conclusion = run(call, account, wait, rooms);
  const isLong = await wait.outlasts(conclusion);
  return isLong
    ? respondEarly(conclusion, wait, { call, account, rooms }) // a stream with its place in line, then the rest
    : respond(await conclusion, { call, account, rooms });
}

/** Runs it on a replica; on another where the first failed before it had shown anything. */
async function run(call: Call, account: Account, wait: LongWait, rooms: InferenceRooms): Promise<Conclusion> {
  const { signal } = call.outgoing;
  const desk = { account, normaliseError: rooms.normaliseError };
  let admission = await wait.during(rooms.queue.acquire(call.ticket, signal));
  while (admission.ok) {
    const { grant } = admission;
    account.asking(grant);
    const answer = await receive(await grant.send(call.outgoing));
    if (answer.is !== 'failed' || !answer.again || signal.aborted) return conclude(answer, grant, call, desk);
    admission = await wait.during(grant.giveBack(answer.failure)); // head of its line, old order; or apart, to run alone
    if (isEnough(admission)) return conclude(answer, grant, call, desk);
  }
  const { refusal } = admission;
  account.closed(refusal.reason === 'cancelled' ? 'client_gone' : refusal.reason);
  return refusal.reason === 'cancelled' ? { is: 'gone' } : concludeRefusal(refusal, call);
}

/** It failed as often as is tried: the last answer stands. */
function isEnough(admission: Admission): boolean {
  return !admission.ok && admission.refusal.reason === 'engine_failed';
}
