import { entryOf, send, wholeCost, type Pool, type Waiting } from './pool.ts';
import type { PoolEffect } from './state.ts';
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

/** Whether there is something to tell the store, and nothing unanswered before it. */
export function commitDue(pool: Pool): boolean {
  return pool.link !== 'down' && pool.inFlight === undefined && (pool.outbox.length > 0 || pool.claimDue);
}

/** Takes the next commit out of the pool; it is in flight from now on. Only while `commitDue`. */
export function takeCommit(pool: Pool, claimBase: string): Commit {
  const transitions = pool.outbox.splice(0, TRANSITIONS_PER_COMMIT_MAX);
  const offers = pool.link === 'up' ? offersOf(pool) : [];
  const commit = { life: pool.life, claimBase, depthMax: pool.depthMax, offers, transitions };
  pool.inFlight = commit;
  pool.claimDue = false;
  return commit;
}

function offersOf({ replicas }: Pool): Offer[] {
  return [...replicas]
    .map(([replica, { open, capacity, usedTokens, running }]) => ({
      replica,
      roomTokens: Math.floor(capacity.kvTokens) - usedTokens,
      roomSequences: open ? capacity.sequencesMax - running : 0,
      idle: running === 0,
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

function* heldTransitions({ waiting, running }: Pool): Generator<Transition> {
  for (const { key, ticket, order, claim, replica } of running.values()) {
    yield { type: 'restore_claim', claim, replica, entry: { ...entryOf(key, ticket), order } };
  }
  for (const { key, ticket, order } of waiting.values()) {
    if (order !== undefined) yield { type: 'restore_ticket', entry: { ...entryOf(key, ticket), order } };
  }
}

/** The store is away. Held tickets stay; one whose admission was not confirmed was never accepted, and is refused. */
export function loseLink(pool: Pool): PoolEffect[] {
  pool.link = 'down';
  pool.inFlight = undefined;
  pool.outbox = [];
  const unconfirmed = [...pool.waiting].filter(([, { order }]) => order === undefined);
  return unconfirmed.map(([key]) => {
    pool.waiting.delete(key);
    return { do: 'refuse', key, refusal: { reason: 'queue_unavailable' } };
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
  const key = transition.entry.id;
  const waiting = pool.waiting.get(key);
  if (waiting === undefined) return []; // left meanwhile; its cancel is on the way
  if (result?.type === 'admitted') waiting.order = result.order;
  if (result?.type !== 'refused') return [];
  pool.waiting.delete(key);
  return [{ do: 'refuse', key, refusal: { reason: 'server_overloaded', depth: result.depth } }];
}

/** Binds a claim to its ticket, unless nobody waits for it any more or its replica has closed meanwhile. */
function settleClaim(pool: Pool, { claim, id: key, replica: name }: Claimed, nowMs: number): PoolEffect[] {
  const waiting = pool.waiting.get(key);
  const replica = pool.replicas.get(name);
  if (waiting?.order === undefined) {
    send(pool, { type: 'finish', claim });
    return [{ do: 'drop_claim', claim, key }];
  }
  if (replica?.open !== true) {
    send(pool, { type: 'give_back', claim });
    return [];
  }
  pool.waiting.delete(key);
  replica.usedTokens += wholeCost(waiting.ticket.costTokens);
  replica.running += 1;
  return [grant(pool, { waiting, order: waiting.order, claim, replica: name }, nowMs)];
}

interface Match {
  readonly waiting: Waiting;
  readonly order: number;
  readonly claim: string;
  readonly replica: string;
}

function grant(pool: Pool, { waiting, order, claim, replica }: Match, nowMs: number): PoolEffect {
  const { key, ticket, attempt, admittedAtMs, enteredAtMs } = waiting;
  const waitLeftMs = Math.max(0, waiting.waitLeftMs - (nowMs - enteredAtMs));
  const running = { key, ticket, attempt, admittedAtMs, waitLeftMs, order, claim, replica };
  pool.running.set(claim, running);
  return { do: 'grant', running, waitedMs: nowMs - admittedAtMs };
}
