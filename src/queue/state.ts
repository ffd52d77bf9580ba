import type { Capacity } from './queue.ts';
import { entryOf, send, wholeCost, type Pool, type Replica, type Running } from './pool.ts';
import type { CommitReply } from './store.ts';
import type { Refusal, Ticket } from './ticket.ts';
import { beginRestore, loseLink, settleCommit } from './turn.ts';

/** Transitions kept for the next commit before newcomers are refused. What leaves or ends is always taken. */
export const OUTBOX_MAX = 16_384;

/** What can happen to a pool. */
export type PoolEvent =
  | { readonly on: 'acquire'; readonly key: string; readonly ticket: Ticket; readonly nowMs: number }
  | { readonly on: 'leave'; readonly key: string } // its client is gone
  | { readonly on: 'overdue'; readonly key: string; readonly nowMs: number }
  | { readonly on: 'finish'; readonly claim: string }
  | { readonly on: 'give_back'; readonly claim: string; readonly nowMs: number }
  | { readonly on: 'open'; readonly replica: string; readonly capacity: Capacity }
  | { readonly on: 'close'; readonly replica: string }
  | { readonly on: 'drain' }
  | { readonly on: 'pulse' } // ask the store for a sign of life
  | { readonly on: 'connected'; readonly life: string }
  | { readonly on: 'lost'; readonly cause: unknown }
  | { readonly on: 'committed'; readonly reply: CommitReply; readonly nowMs: number };

/** What must be done about it. */
export type PoolEffect =
  | { readonly do: 'wait'; readonly key: string; readonly atMostMs: number } // in line, until overdue
  | { readonly do: 'refuse'; readonly key: string; readonly refusal: Refusal }
  | { readonly do: 'grant'; readonly running: Running; readonly waitedMs: number }
  | { readonly do: 'release'; readonly replica: string; readonly running: number } // so many run on it now
  | { readonly do: 'drop_claim'; readonly claim: string; readonly key: string }; // nobody waits for it

/**
 * One event in, what must happen out. The pool is changed in place: a copy per event would cost as much as the line is
 * long. Total: an event about a ticket, claim or replica that is not there changes nothing.
 */
export function step(pool: Pool, event: PoolEvent): PoolEffect[] {
  switch (event.on) {
    case 'acquire':
      return acquire(pool, event);
    case 'leave':
      return takeOut(pool, event.key, { reason: 'cancelled' });
    case 'overdue':
      return overdue(pool, event.key, event.nowMs);
    case 'finish':
      return finish(pool, event.claim);
    case 'give_back':
      return giveBack(pool, event.claim, event.nowMs);
    case 'open':
      return open(pool, event.replica, event.capacity);
    case 'close':
      return close(pool, event.replica);
    case 'drain':
      return drain(pool);
    case 'pulse':
      pool.claimDue = true;
      return [];
    case 'connected':
      return beginRestore(pool, event.life);
    case 'lost':
      return loseLink(pool);
    case 'committed':
      return settleCommit(pool, event.reply, event.nowMs);
  }
}

function acquire(pool: Pool, { key, ticket, nowMs }: Extract<PoolEvent, { on: 'acquire' }>): PoolEffect[] {
  const refusal = refusalOf(pool);
  if (refusal) return [{ do: 'refuse', key, refusal }];
  const times = { admittedAtMs: nowMs, enteredAtMs: nowMs, waitLeftMs: ticket.maxWaitMs };
  pool.waiting.set(key, { key, ticket, attempt: 1, ...times, order: undefined });
  send(pool, { type: 'admit', entry: entryOf(key, ticket) });
  return [{ do: 'wait', key, atMostMs: ticket.maxWaitMs }];
}

function refusalOf({ draining, link, outbox, waiting }: Pool): Refusal | undefined {
  if (draining) return { reason: 'draining' };
  if (link !== 'up') return { reason: 'queue_unavailable' };
  if (outbox.length >= OUTBOX_MAX) return { reason: 'server_overloaded', depth: waiting.size };
  return undefined;
}

/** Out of the line, here at once and in the store with the next commit. A claim made meanwhile finds nobody and ends. */
function takeOut(pool: Pool, key: string, refusal: Refusal): PoolEffect[] {
  if (!pool.waiting.delete(key)) return [];
  send(pool, { type: 'cancel', id: key });
  return [{ do: 'refuse', key, refusal }];
}

function overdue(pool: Pool, key: string, nowMs: number): PoolEffect[] {
  const admittedAtMs = pool.waiting.get(key)?.admittedAtMs ?? nowMs;
  return takeOut(pool, key, { reason: 'queue_timeout', waitedMs: nowMs - admittedAtMs });
}

function finish(pool: Pool, claim: string): PoolEffect[] {
  const running = pool.running.get(claim);
  if (running === undefined) return [];
  send(pool, { type: 'finish', claim });
  return release(pool, running);
}

function giveBack(pool: Pool, claim: string, nowMs: number): PoolEffect[] {
  const running = pool.running.get(claim);
  if (running === undefined) return [];
  const { key, ticket, attempt, admittedAtMs, waitLeftMs, order } = running;
  if (pool.draining) return [...finish(pool, claim), { do: 'refuse', key, refusal: { reason: 'draining' } }];
  const again = { key, ticket, attempt: attempt + 1, admittedAtMs, enteredAtMs: nowMs, waitLeftMs, order };
  pool.waiting.set(key, again);
  send(pool, { type: 'give_back', claim });
  return [...release(pool, running), { do: 'wait', key, atMostMs: waitLeftMs }];
}

function release(pool: Pool, { claim, replica: name, ticket }: Running): PoolEffect[] {
  pool.running.delete(claim);
  const replica = pool.replicas.get(name);
  if (replica === undefined) return [];
  replica.usedTokens -= wholeCost(ticket.costTokens);
  replica.running -= 1;
  return emptied(pool, name, replica);
}

function open(pool: Pool, name: string, capacity: Capacity): PoolEffect[] {
  const replica = pool.replicas.get(name) ?? { capacity, open: true, usedTokens: 0, running: 0 };
  replica.capacity = capacity;
  replica.open = true;
  pool.replicas.set(name, replica);
  pool.claimDue = true;
  return [];
}

function close(pool: Pool, name: string): PoolEffect[] {
  const replica = pool.replicas.get(name);
  if (replica === undefined) return [];
  replica.open = false;
  return emptied(pool, name, replica);
}

/** A closed replica without work is forgotten. */
function emptied(pool: Pool, name: string, { open: isOpen, running }: Replica): PoolEffect[] {
  if (!isOpen && running === 0) pool.replicas.delete(name);
  return [{ do: 'release', replica: name, running }];
}

function drain(pool: Pool): PoolEffect[] {
  pool.draining = true;
  return [...pool.waiting.keys()].flatMap((key) => takeOut(pool, key, { reason: 'draining' }));
}
