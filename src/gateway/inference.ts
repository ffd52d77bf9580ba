import type { Admission } from '../queue/index.ts';
import type { Account } from './answer/account.ts';
import { receive } from './answer/answer.ts';
import type { Call } from './call.ts';
import { conclude, concludeRefusal, type Conclusion } from './answer/conclusion.ts';
import type { GatewayRooms } from './gateway.ts';
import { respond } from './answer/respond.ts';
import { enterLine, type Course } from './routing/enter-line.ts';
import { respondEarly } from './waiting/early-response.ts';
import { createLongWait, type LongWait } from './waiting/long-wait.ts';

interface InferenceRooms extends Pick<GatewayRooms, 'queue' | 'fleet' | 'clock' | 'log' | 'newId' | 'normaliseError'> {
  readonly slowClientTimeoutMs: number;
  readonly flushAfterMs: number;
}

/** Serves one generation request from its admission to its last byte. Every outcome is a Response; a throw is a bug. */
export async function serveInference(call: Call, account: Account, rooms: InferenceRooms): Promise<Response> {
  const wait = createLongWait(call, rooms);
  const course: Course = { call };
  const conclusion = run(course, account, wait, rooms);
  const isLong = await wait.outlasts(conclusion);
  const answer = isLong ? undefined : await conclusion;
  const answering = { call: course.call, account, rooms };
  return answer === undefined
    ? respondEarly(conclusion, wait, answering) // a stream with its place in line, then the rest
    : respond(answer, answering);
}

/** Runs it on a replica; on another where the first failed before it had shown anything. */
async function run(course: Course, account: Account, wait: LongWait, rooms: InferenceRooms): Promise<Conclusion> {
  const desk = { account, normaliseError: rooms.normaliseError };
  let admission = await enterLine(course, account, wait, rooms);
  const { call } = course;
  const { signal } = call.outgoing;
  while (admission.ok) {
    const { grant } = admission;
    account.asking(grant);
    const reply = await grant.send(call.outgoing);
    if (!reply.ok && reply.failure === 'unwritable')
      throw new Error('a request was made that cannot be sent to an engine', { cause: reply.cause });
    const received = await receive(reply, call.reading);
    const answer = call.guard === undefined ? received : call.guard(received);
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
