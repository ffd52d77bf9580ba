import { emptied, finish, giveBack } from './ending.ts';
import type { PoolEffect, PoolEvent } from './event.ts';
import { takeOut } from './line.ts';
import { condemn, forgetOld } from './memory-of-deaths.ts';
import { enqueue, entryOf, nextName, timeInLine, type Pool } from './pool.ts';
import type { Capacity } from './queue.ts';
import { forgetLost, standingOf } from './suspects.ts';
import type { Refusal, Ticket } from './ticket.ts';
import { beginRestore, loseLink, settleCommit } from './turn.ts';
import { letBreaksGo, settleEnding } from './verdict.ts';

/** Transitions kept for the next commit before newcomers are refused. What leaves or ends is always taken. */
export const OUTBOX_MAX = 16_384;

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
      return finish(pool, event);
    case 'give_back':
      return giveBack(pool, event);
    case 'open':
      return open(pool, event.replica, event.capacity);
    case 'close':
      return close(pool, event.replica);
    case 'end':
      return settleEnding(pool, event);
    case 'resume':
      return resume(pool, event.replica);
    case 'drain':
      return drain(pool);
    case 'pulse':
      return pulse(pool, event.nowMs);
    case 'recall':
      return recall(pool, event);
    case 'let_go':
      return letGo(pool, event.fingerprint);
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
  const refusal = refusalOf(pool, ticket);
  if (refusal) return [{ do: 'refuse', id, refusal }];
  pool.waiting.set(id, {
    ticket,
    attempt: 1,
    deaths: 0,
    failures: 0,
    enteredAtMs: nowMs,
    waitedMs: 0,
    order: undefined,
  });
  enqueue(pool, { type: 'admit', entry: entryOf(ticket) });
  return [{ do: 'wait', id, atMostMs: maxWaitMs }];
}

function refusalOf(pool: Pool, ticket: Ticket): Refusal | undefined {
  const { draining, link, outbox, waiting } = pool;
  if (draining) return { reason: 'draining' };
  if (link !== 'up') return { reason: 'queue_unavailable' };
  if (outbox.length >= OUTBOX_MAX) return { reason: 'server_overloaded', depth: waiting.size };
  const standing = standingOf(pool, { ticket, deaths: 0 });
  return typeof standing === 'object' ? standing : undefined; // a suspect is set apart when its turn comes
}

function overdue(pool: Pool, id: string, nowMs: number): PoolEffect[] {
  const waiting = pool.waiting.get(id);
  if (waiting === undefined) return [];
  return takeOut(pool, id, { reason: 'queue_timeout', waitedMs: timeInLine(waiting, nowMs) });
}

function resume(pool: Pool, name: string): PoolEffect[] {
  const replica = pool.replicas.get(name);
  if (replica?.paused !== true) return [];
  replica.paused = false;
  pool.claimDue = true;
  return [];
}

/** Opened anew it is another engine: what an earlier one lost is not held against it. */
function open(pool: Pool, name: string, capacity: Capacity): PoolEffect[] {
  const { usedTokens, running } = pool.replicas.get(name) ?? { usedTokens: 0, running: 0 };
  const life = nextName(pool);
  pool.lost.delete(name);
  pool.replicas.set(name, {
    capacity,
    open: true,
    paused: false,
    returned: new Set(),
    life,
    usedTokens,
    running,
  });
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

function pulse(pool: Pool, nowMs: number): PoolEffect[] {
  forgetOld(pool.memory, nowMs, pool.setting.quarantineMs);
  letBreaksGo(pool, nowMs);
  forgetLost(pool, nowMs);
  pool.claimDue = true;
  return [];
}

function drain(pool: Pool): PoolEffect[] {
  pool.draining = true;
  return [...pool.waiting.keys()].flatMap((id) => takeOut(pool, id, { reason: 'draining' }));
}

/** What an earlier life of this node had quarantined still is, as far as its time is not over. */
function recall({ memory, setting }: Pool, { list, nowMs }: Extract<PoolEvent, { on: 'recall' }>): PoolEffect[] {
  for (const { fingerprint, untilUnixMs } of list) {
    const untilMs = untilUnixMs - setting.clockZeroUnixMs;
    if (untilMs > nowMs && !memory.quarantine.has(fingerprint)) condemn(memory, fingerprint, untilMs);
  }
  return [];
}

function letGo({ memory }: Pool, fingerprint: string): PoolEffect[] {
  if (fingerprint === 'all') memory.quarantine.clear();
  else memory.quarantine.delete(fingerprint);
  return [{ do: 'save_quarantine' }];
}
