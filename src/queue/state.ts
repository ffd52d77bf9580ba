import type { PoolEffect, PoolEvent } from './event.ts';
import type { Capacity } from './queue.ts';
import { enqueue, entryOf, leaveLine, timeInLine, wholeCost, type Pool, type Replica, type Running } from './pool.ts';
import type { Outcome, Refusal } from './ticket.ts';
import { beginRestore, loseLink, settleCommit } from './turn.ts';

/** Transitions kept for the next commit before newcomers are refused. What leaves or ends is always taken. */
export const OUTBOX_MAX = 16_384;

/**
 * How long a replica whose engine failed a request gets no work. A server whose engine was killed answers 500 at once
 * for two to three seconds before it ends, so it would always have most room.
 */
export const PAUSE_MS = 3_000;

/**
 * One event in, what must happen out. The pool is changed in place: a copy per event would cost as much as the line is
 * long. Total: an event about a ticket or replica that is not there changes nothing.
 */
export function step(pool: Pool, event: PoolEvent): PoolEffect[] {
  switch (event.on) {
    case 'acquire':
      return acquire(pool, event);
    case 'leave':
      return takeOut(pool, event.id, { reason: 'cancelled' });
    case 'overdue':
      return overdue(pool, event.id, event.nowMs);
    case 'finish':
      return finish(pool, event.id, event.outcome);
    case 'give_back':
      return giveBack(pool, event.id, event.nowMs);
    case 'open':
      return open(pool, event.replica, event.capacity);
    case 'close':
      return close(pool, event.replica);
    case 'resume':
      return resume(pool, event.replica);
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

function acquire(pool: Pool, { ticket, nowMs }: Extract<PoolEvent, { on: 'acquire' }>): PoolEffect[] {
  const { id, maxWaitMs } = ticket;
  const refusal = refusalOf(pool);
  if (refusal) return [{ do: 'refuse', id, refusal }];
  pool.waiting.set(id, { ticket, attempt: 1, enteredAtMs: nowMs, waitedMs: 0, order: undefined });
  enqueue(pool, { type: 'admit', entry: entryOf(ticket) });
  return [{ do: 'wait', id, atMostMs: maxWaitMs }];
}

function refusalOf({ draining, link, outbox, waiting }: Pool): Refusal | undefined {
  if (draining) return { reason: 'draining' };
  if (link !== 'up') return { reason: 'queue_unavailable' };
  if (outbox.length >= OUTBOX_MAX) return { reason: 'server_overloaded', depth: waiting.size };
  return undefined;
}

/** Out of the line, here at once and in the store with the next commit. A claim made meanwhile finds nobody and ends. */
function takeOut(pool: Pool, id: string, refusal: Refusal): PoolEffect[] {
  if (!leaveLine(pool, id)) return [];
  enqueue(pool, { type: 'cancel', id });
  return [{ do: 'refuse', id, refusal }];
}

function overdue(pool: Pool, id: string, nowMs: number): PoolEffect[] {
  const waiting = pool.waiting.get(id);
  if (waiting === undefined) return [];
  return takeOut(pool, id, { reason: 'queue_timeout', waitedMs: timeInLine(waiting, nowMs) });
}

function finish(pool: Pool, id: string, outcome: Outcome): PoolEffect[] {
  const running = pool.running.get(id);
  if (running === undefined) return [];
  enqueue(pool, { type: 'finish', claim: running.claim });
  const released = release(pool, running);
  return outcome === 'engine_failed' ? [...released, ...pause(pool, running.replica)] : released;
}

function giveBack(pool: Pool, id: string, nowMs: number): PoolEffect[] {
  const running = pool.running.get(id);
  if (running === undefined) return [];
  if (pool.draining) {
    return [...finish(pool, id, 'engine_failed'), { do: 'refuse', id, refusal: { reason: 'draining' } }];
  }
  const { ticket, attempt, waitedMs, order, claim, replica } = running;
  pool.waiting.set(id, { ticket, attempt: attempt + 1, enteredAtMs: nowMs, waitedMs, order });
  pool.replicas.get(replica)?.returned.add(id);
  enqueue(pool, { type: 'give_back', claim });
  const atMostMs = Math.max(0, ticket.maxWaitMs - waitedMs);
  return [...release(pool, running), ...pause(pool, replica), { do: 'wait', id, atMostMs }];
}

/** No offers for a while: whatever it were given would lose one of its attempts. */
function pause(pool: Pool, name: string): PoolEffect[] {
  const replica = pool.replicas.get(name);
  if (replica?.open !== true) return [];
  replica.paused = true;
  return [{ do: 'pause', replica: name, forMs: PAUSE_MS }];
}

function resume(pool: Pool, name: string): PoolEffect[] {
  const replica = pool.replicas.get(name);
  if (replica?.paused !== true) return [];
  replica.paused = false;
  pool.claimDue = true;
  return [];
}

function release(pool: Pool, { replica: name, ticket }: Running): PoolEffect[] {
  pool.running.delete(ticket.id);
  const replica = pool.replicas.get(name);
  if (replica === undefined) return [];
  replica.usedTokens -= wholeCost(ticket.costTokens);
  replica.running -= 1;
  return emptied(pool, name, replica);
}

/** Opened anew it is another engine: what an earlier one lost is not held against it. */
function open(pool: Pool, name: string, capacity: Capacity): PoolEffect[] {
  const { usedTokens, running } = pool.replicas.get(name) ?? { usedTokens: 0, running: 0 };
  pool.replicas.set(name, { capacity, open: true, paused: false, returned: new Set(), usedTokens, running });
  pool.claimDue = true;
  return [];
}

function close(pool: Pool, name: string): PoolEffect[] {
  const replica = pool.replicas.get(name);
  if (replica === undefined) return [];
  replica.open = false;
  pool.claimDue = true; // a replica that is the only one now may take what it gave back
  return emptied(pool, name, replica);
}

/** A closed replica without work is forgotten. */
function emptied(pool: Pool, name: string, { open: isOpen, running }: Replica): PoolEffect[] {
  if (!isOpen && running === 0) pool.replicas.delete(name);
  return [{ do: 'release', replica: name, running }];
}

function drain(pool: Pool): PoolEffect[] {
  pool.draining = true;
  return [...pool.waiting.keys()].flatMap((id) => takeOut(pool, id, { reason: 'draining' }));
}
