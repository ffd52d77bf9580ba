import { moved } from '../budget/pace.ts';
import { TRANSITIONS_PER_COMMIT_MAX } from '../bounds.ts';
import type { Commit, CommitReply, Result, Transition } from '../store.ts';
import { keepAside } from '../suspects/aside.ts';
import { settleAdmission } from './admission.ts';
import { settleClaim } from './settle-claim.ts';
import type { PoolEffect } from './event.ts';
import { endRestore, hearAlive, sweepOn } from './lives.ts';
import { replaceLife } from './loss.ts';
import { offersOf } from './offers.ts';
import type { Pool } from './pool.ts';
import { claimBaseOf } from './remote.ts';

/** Whether there is something to tell the store, and nothing unanswered before it. */
export function commitDue({ link, inFlight, outbox, claimDue }: Pool): boolean {
  return (link === 'up' || link === 'restoring') && inFlight === undefined && (outbox.length > 0 || claimDue);
}

/** Takes the next commit out of the pool; it is in flight from now on. Only while `commitDue`. */
export function takeCommit(pool: Pool, nowMs: number): Commit {
  const transitions = pool.outbox.splice(0, TRANSITIONS_PER_COMMIT_MAX);
  const offers = pool.link === 'up' ? offersOf(pool, nowMs) : [];
  const { life, setting } = pool;
  const commit: Commit = { life, claimBase: claimBaseOf(pool), policy: setting.policy, offers, transitions };
  pool.inFlight = commit;
  pool.sentAtMs = nowMs;
  pool.claimDue = false;
  return commit;
}

/** Takes in the answer to the commit in flight. */
export function settleCommit(pool: Pool, reply: CommitReply, nowMs: number): PoolEffect[] {
  const commit = pool.inFlight;
  if (commit === undefined) return [];
  if (reply.type === 'superseded') return replaceLife(pool);
  pool.inFlight = undefined;
  pool.pace = moved(pool.pace, reply, nowMs);
  pool.depth = reply.depth;
  pool.apart = reply.apart;
  if (pool.link === 'restoring') settleRestore(pool, commit);
  if (reply.more) goOn(pool, commit);
  const settled: PoolEffect[] = [];
  for (const [at, it] of commit.transitions.entries()) {
    for (const effect of settleTransition(pool, it, reply.results[at], nowMs)) settled.push(effect);
  }
  for (const it of reply.claims) for (const effect of settleClaim(pool, it, nowMs)) settled.push(effect);
  keepAside(pool, commit.offers, nowMs);
  return settled;
}

/** It stopped at a bound: of what it claims, or sweeps. */
function goOn(pool: Pool, { transitions }: Commit): void {
  pool.claimDue = true;
  if (!pool.draining && transitions.some((it) => it.type === 'beat')) sweepOn(pool); // a lease that is let go stays so
}

function settleRestore(pool: Pool, { transitions }: Commit): void {
  pool.restoreLeft -= transitions.length;
  if (pool.restoreLeft <= 0) endRestore(pool);
}

function settleTransition(pool: Pool, it: Transition, result: Result | undefined, nowMs: number): PoolEffect[] {
  if (it.type === 'admit') return settleAdmission(pool, it.entry.id, result, nowMs);
  if (it.type === 'look') {
    pool.looks.delete(it.id);
    return [{ do: 'stand', id: it.id, ahead: result?.type === 'ahead' ? result.tickets : 0 }];
  }
  return result?.type === 'alive' ? hearAlive(pool, result) : [];
}
