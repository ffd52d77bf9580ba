import type { Admission } from '../../queue/index.ts';
import type { Account } from '../answer/account.ts';
import type { Call } from '../call.ts';
import type { GatewayRooms } from '../gateway.ts';
import type { LongWait } from '../waiting/long-wait.ts';
import { callElsewhere } from './call-elsewhere.ts';
import { isOfThePool } from './fallback.ts';
import { isServed } from './served.ts';

/** The call that runs: another once, where another pool steps in, which is before any header went out. */
export interface Course {
  call: Call;
}

/** Stands in line; where its pool cannot serve it now, in that of the pool that may step in. */
export async function enterLine(
  course: Course,
  account: Account,
  wait: LongWait,
  rooms: Pick<GatewayRooms, 'queue' | 'fleet' | 'newId'>,
): Promise<Admission> {
  const { queue, newId } = rooms;
  const { ticket, outgoing, fallback } = course.call;
  if (fallback === undefined) return wait.during(queue.acquire(ticket, outgoing.signal));
  if (await canServe(course.call.route.pool, fallback.pool, rooms)) {
    const admission = await wait.during(queue.acquire(ticket, outgoing.signal));
    if (admission.ok || wait.isOverdue() || !isOfThePool(admission.refusal)) return admission;
  }
  const call = callElsewhere(course.call, fallback, newId());
  course.call = call;
  account.routed(call);
  return wait.during(queue.acquire(call.ticket, outgoing.signal), call.ticket);
}

/** A pool without a replica would keep it waiting. Where the other has none either, the wish stands. */
async function canServe(pool: string, other: string, rooms: Pick<GatewayRooms, 'queue' | 'fleet'>): Promise<boolean> {
  return (await isServed(pool, rooms)) || !(await isServed(other, rooms));
}
