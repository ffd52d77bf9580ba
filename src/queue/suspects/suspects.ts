import { retryAfterMs } from '../budget/pace.ts';
import { placedEntryOf } from '../pool/cost.ts';
import type { PoolEffect } from '../pool/event.ts';
import { isPlaced, type Held, type Placed } from '../pool/held.ts';
import { leaveLine, takeOut } from '../pool/line.ts';
import { enqueue, type Apart, type Pool } from '../pool/pool.ts';
import type { Refusal, Ticket } from '../ticket.ts';
import { isSuspicious, quarantinedUntilMs, SUSPECT_AFTER_DEATHS } from './memory-of-deaths.ts';

/** Most requests in two deaths that wait to run alone; one at a time, more would outlive their clients' patience. */
export const SUSPECTS_MAX = 256;

/** The refusal of a request that is quarantined. */
export function quarantined({ setting }: Pool, fingerprint: string, untilMs: number): Refusal {
  return { reason: 'quarantined', fingerprint, untilUnixMs: setting.clockZeroUnixMs + untilMs };
}

/** What stands against running a ticket among others: a refusal, or that it must run alone. */
export function standingOf(pool: Pool, { ticket, deaths }: Asking): Refusal | 'suspect' | 'free' {
  const untilMs = quarantinedUntilMs(pool.memory, ticket);
  if (untilMs !== undefined) return quarantined(pool, ticket.fingerprint(), untilMs);
  return deaths >= SUSPECT_AFTER_DEATHS || isSuspicious(pool.memory, ticket) ? 'suspect' : 'free';
}

type Asking = Pick<Held, 'ticket' | 'deaths'>;

/**
 * Puts a ticket that is not in the store's line, or no more, among those that wait to run alone. One that only resembles
 * a suspect goes as soon as any of its kind completes, so there may be a line full of them.
 */
export function putAside(pool: Pool, waiting: Placed, where: Apart = 'store'): PoolEffect[] {
  const { ticket, deaths } = waiting;
  const depth = pool.suspects.size;
  if (deaths >= SUSPECT_AFTER_DEATHS && depth >= SUSPECTS_MAX) return turnAway(pool, ticket, 'engine_failed');
  if (depth >= Math.max(pool.setting.policy.depthMax, SUSPECTS_MAX)) return turnAway(pool, ticket, 'server_overloaded');
  pool.waiting.set(ticket.id, waiting);
  pool.suspects.set(ticket.id, where);
  return [{ do: 'suspect', id: ticket.id }];
}

function turnAway(pool: Pool, { id }: Ticket, reason: 'engine_failed' | 'server_overloaded'): PoolEffect[] {
  leaveLine(pool, id);
  const depth = pool.suspects.size;
  const overloaded = { depth, retryAfterMs: retryAfterMs(pool.pace, depth) };
  return [{ do: 'refuse', id, refusal: reason === 'engine_failed' ? { reason } : { reason, ...overloaded } }];
}

/**
 * Those that nothing speaks against any more go back to their places in line: one of their kind completed, say. And one
 * whose verdict was waited for here goes to the others that run alone.
 */
export function freeCleared(pool: Pool): void {
  if (pool.suspects.size === 0) return;
  const judged = new Set([...pool.memory.breaks].filter((it) => it.alone).map((it) => it.id));
  for (const waiting of suspectsOf(pool)) {
    const { id } = waiting.ticket;
    if (judged.has(id)) continue;
    const isFree = standingOf(pool, waiting) === 'free';
    const where = pool.suspects.get(id);
    if (!isFree && where === 'store') continue;
    if (where === 'store') {
      enqueue(pool, { type: 'cancel', id, refund: undefined });
      waiting.stray = true; // it may have been claimed meanwhile
    }
    if (isFree) pool.suspects.delete(id);
    else pool.suspects.set(id, 'store');
    enqueue(pool, { type: 'restore_ticket', entry: placedEntryOf(pool, waiting), alone: !isFree });
  }
}

/** One of its kind was alone in a death: none of them is run again. */
export function refuseLike(pool: Pool, fingerprint: string, refusal: Refusal): PoolEffect[] {
  const like = suspectsOf(pool).filter(({ ticket }) => ticket.fingerprint() === fingerprint);
  return like.flatMap(({ ticket }) => takeOut(pool, ticket.id, refusal));
}

/** This node's own, longest waiting first. */
export function suspectsOf({ suspects, waiting }: Pool): Placed[] {
  return [...suspects.keys()]
    .map((id) => waiting.get(id))
    .filter((it) => it !== undefined)
    .filter(isPlaced);
}
