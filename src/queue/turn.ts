import type { PoolEffect } from './event.ts';
import { isPlaced, occupy } from './line.ts';
import { enqueue, entryOf, leaveLine, type Pool } from './pool.ts';
import {
  CLAIMS_PER_COMMIT_MAX,
  TRANSITIONS_PER_COMMIT_MAX,
  type Claimed,
  type Commit,
  type CommitReply,
  type Offer,
  type Result,
  type Transition,
} from './store.ts';
import { putAside, seatSuspect, standingOf } from './suspects.ts';

/** Whether there is something to tell the store, and nothing unanswered before it. */
export function commitDue(pool: Pool): boolean {
  return pool.link !== 'down' && pool.inFlight === undefined && (pool.outbox.length > 0 || pool.claimDue);
}

/** Takes the next commit out of the pool; it is in flight from now on. Only while `commitDue`. */
export function takeCommit(pool: Pool, claimBase: string): Commit {
  const transitions = pool.outbox.splice(0, TRANSITIONS_PER_COMMIT_MAX);
  const offers = pool.link === 'up' ? offersOf(pool) : [];
  const commit = { life: pool.life, claimBase, depthMax: pool.setting.depthMax, offers, transitions };
  pool.inFlight = commit;
  pool.claimDue = false;
  return commit;
}

/** The line is not offered what is kept free for suspects, and counts on the others alone. */
function offersOf({ replicas, aside }: Pool): Offer[] {
  const open = [...replicas].filter(([name, replica]) => replica.open && name !== aside?.replica);
  return open
    .filter(([, { paused }]) => !paused)
    .map(([replica, { capacity, usedTokens, running, returned }]) => ({
      replica,
      roomTokens: Math.floor(capacity.kvTokens) - usedTokens,
      roomSequences: capacity.sequencesMax - running,
      idle: running === 0,
      exceptIds: open.length > 1 ? [...returned] : [],
    }))
    .filter(({ roomSequences }) => roomSequences > 0);
}

/** A new connection: the store is emptied and told all that this node holds. What was queued before is part of that. */
export function beginRestore(pool: Pool, life: string): PoolEffect[] {
  if (pool.link !== 'down') return [];
  pool.life = life;
  pool.link = 'restoring';
  pool.outbox = [{ type: 'reset' }, ...heldTransitions(pool)];
  pool.restoreLeft = pool.outbox.length;
  return [];
}

function* heldTransitions({ waiting, running, suspects }: Pool): Generator<Transition> {
  for (const { ticket, order, claim, replica } of running.values()) {
    yield { type: 'restore_claim', claim, replica, entry: { ...entryOf(ticket), order } };
  }
  for (const { ticket, order } of waiting.values()) {
    if (order !== undefined && !suspects.has(ticket.id))
      yield { type: 'restore_ticket', entry: { ...entryOf(ticket), order } };
  }
}

/** The store is away. Held tickets stay; one whose admission was not confirmed was never accepted, and is refused. */
export function loseLink(pool: Pool): PoolEffect[] {
  pool.link = 'down';
  pool.inFlight = undefined;
  pool.outbox = [];
  const unconfirmed = [...pool.waiting].filter(([, { order }]) => order === undefined);
  return unconfirmed.map(([id]) => {
    leaveLine(pool, id);
    return { do: 'refuse', id, refusal: { reason: 'queue_unavailable' } };
  });
}

/** Takes in the answer to the commit in flight. */
export function settleCommit(pool: Pool, reply: CommitReply, nowMs: number): PoolEffect[] {
  const commit = pool.inFlight;
  if (commit === undefined) return [];
  if (reply.type === 'superseded') return loseLink(pool);
  pool.inFlight = undefined;
  if (pool.link === 'restoring') settleRestore(pool, commit);
  if (reply.claims.length === CLAIMS_PER_COMMIT_MAX) pool.claimDue = true;
  return [
    ...commit.transitions.flatMap((it, at) => settleTransition(pool, it, reply.results[at])),
    ...reply.claims.flatMap((it) => settleClaim(pool, it, nowMs)),
    ...seatSuspect(pool, commit.offers, nowMs),
  ];
}

function settleRestore(pool: Pool, { transitions }: Commit): void {
  pool.restoreLeft -= transitions.length;
  if (pool.restoreLeft > 0) return;
  pool.link = 'up';
  pool.claimDue = true;
}

function settleTransition(pool: Pool, transition: Transition, result: Result | undefined): PoolEffect[] {
  if (transition.type !== 'admit') return [];
  const { id } = transition.entry;
  const waiting = pool.waiting.get(id);
  if (waiting === undefined) return []; // left meanwhile; its cancel is on the way
  if (result?.type === 'admitted') waiting.order = result.order;
  if (result?.type !== 'refused') return [];
  leaveLine(pool, id);
  return [{ do: 'refuse', id, refusal: { reason: 'server_overloaded', depth: result.depth } }];
}

/**
 * Binds a claim to its ticket, unless nobody waits for it any more, its replica has closed or failed meanwhile, or
 * something stands against running it.
 */
function settleClaim(pool: Pool, { claim, id, replica: name }: Claimed, nowMs: number): PoolEffect[] {
  const waiting = pool.waiting.get(id);
  const replica = pool.replicas.get(name);
  if (waiting === undefined || !isPlaced(waiting)) {
    enqueue(pool, { type: 'finish', claim });
    return [{ do: 'drop_claim', claim, id }];
  }
  if (replica?.open !== true || replica.paused) {
    enqueue(pool, { type: 'give_back', claim });
    return [];
  }
  const standing = standingOf(pool, waiting);
  if (standing === 'free') return occupy(pool, waiting, { name, replica, claim }, nowMs);
  enqueue(pool, { type: 'finish', claim });
  if (standing === 'suspect') return putAside(pool, waiting);
  leaveLine(pool, id);
  return [{ do: 'refuse', id, refusal: standing }];
}
