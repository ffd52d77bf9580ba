import type { PoolEffect } from './event.ts';
import { isPlaced, occupy, takeOut, type Placed } from './line.ts';
import { isSuspicious, quarantinedUntilMs, SUSPECT_AFTER_DEATHS } from './memory-of-deaths.ts';
import { enqueue, entryOf, leaveLine, nextName, type Pool, type Replica } from './pool.ts';
import type { Offer } from './store.ts';
import type { Refusal, Ticket } from './ticket.ts';

/** Most requests in two deaths that wait to run alone; one at a time, more would outlive their clients' patience. */
export const SUSPECTS_MAX = 256;

/** The refusal of a request that is quarantined. */
export function quarantined({ setting }: Pool, fingerprint: string, untilMs: number): Refusal {
  return { reason: 'quarantined', fingerprint, untilUnixMs: setting.clockZeroUnixMs + untilMs };
}

/** What stands against running a ticket among others: a refusal, or that it must run alone. */
export function standingOf(pool: Pool, ticket: Ticket): Refusal | 'suspect' | 'free' {
  const untilMs = quarantinedUntilMs(pool.memory, ticket);
  if (untilMs !== undefined) return quarantined(pool, ticket.fingerprint(), untilMs);
  return isSuspicious(pool.memory, ticket) ? 'suspect' : 'free';
}

/**
 * Puts a ticket that is not in the store's line, or no more, among those that wait to run alone. One that only resembles
 * a suspect goes as soon as any of its kind completes, so there may be a line full of them.
 */
export function putAside(pool: Pool, waiting: Placed): PoolEffect[] {
  const { ticket, deaths } = waiting;
  const depth = pool.suspects.size;
  if (deaths >= SUSPECT_AFTER_DEATHS && depth >= SUSPECTS_MAX) return turnAway(pool, ticket, 'engine_failed');
  if (depth >= Math.max(pool.setting.depthMax, SUSPECTS_MAX)) return turnAway(pool, ticket, 'server_overloaded');
  pool.waiting.set(ticket.id, waiting);
  pool.suspects.add(ticket.id);
  return [{ do: 'suspect', id: ticket.id }];
}

function turnAway(pool: Pool, { id }: Ticket, reason: 'engine_failed' | 'server_overloaded'): PoolEffect[] {
  leaveLine(pool, id);
  const refusal: Refusal = reason === 'engine_failed' ? { reason } : { reason, depth: pool.suspects.size };
  return [{ do: 'refuse', id, refusal }];
}

/** Another one of its kind completed: those that were in no two deaths themselves go back to their places in line. */
export function freeLike(pool: Pool, ticket: Ticket): void {
  for (const { ticket: other, deaths, order } of suspectsLike(pool, ticket)) {
    if (deaths >= SUSPECT_AFTER_DEATHS) continue;
    pool.suspects.delete(other.id);
    enqueue(pool, { type: 'restore_ticket', entry: { ...entryOf(other), order } });
  }
}

/** One of its kind was alone in a death: the others are not run again either. */
export function refuseLike(pool: Pool, ticket: Ticket, refusal: Refusal): PoolEffect[] {
  return suspectsLike(pool, ticket).flatMap((it) => takeOut(pool, it.ticket.id, refusal));
}

function suspectsLike(pool: Pool, ticket: Ticket): Placed[] {
  if (pool.suspects.size === 0) return [];
  return [...pool.suspects]
    .map((id) => pool.waiting.get(id))
    .filter((it) => it !== undefined)
    .filter(isPlaced)
    .filter((it) => it.ticket.fingerprint() === ticket.fingerprint());
}

/**
 * Gives the suspect that waits longest a replica of its own, once one has nothing else to do: a death there is pinned on
 * it. One at a time in a pool, so that the other replicas serve the line. Only when a commit has been answered: then no
 * claim is on its way, a replica without work is free, and the line has taken what it could of the `offers`.
 */
export function seatSuspect(pool: Pool, offers: readonly Offer[], nowMs: number): PoolEffect[] {
  if (pool.aside?.id !== undefined || pool.link !== 'up') return [];
  const suspect = firstSuspect(pool);
  const name = suspect && choose(pool, suspect.ticket.id, offers);
  if (pool.aside?.replica !== name) pool.claimDue = true; // other replicas are the line's now
  pool.aside = name === undefined ? undefined : { replica: name, id: undefined };
  const replica = pool.replicas.get(name ?? '');
  if (suspect === undefined || name === undefined || replica === undefined || replica.running > 0) return [];
  pool.aside = { replica: name, id: suspect.ticket.id };
  const claim = `${pool.life}:alone:${nextName(pool)}`;
  const entry = { ...entryOf(suspect.ticket), order: suspect.order };
  enqueue(pool, { type: 'restore_claim', claim, replica: name, entry });
  return occupy(pool, suspect, { name, replica, claim }, nowMs);
}

/** Whether a ticket runs alone. */
export function isAlone({ aside }: Pool, id: string): boolean {
  return aside?.id === id;
}

/** A suspect's run is over. The next one may follow at once if others serve the line, else the line has its turn. */
export function leaveAside(pool: Pool, id: string): void {
  const { aside } = pool;
  if (aside?.id !== id) return;
  const others = [...pool.replicas].some(([name, it]) => name !== aside.replica && it.open && !it.paused);
  pool.aside = others ? { replica: aside.replica, id: undefined } : undefined;
}

function firstSuspect({ suspects, waiting }: Pool): Placed | undefined {
  for (const id of suspects) {
    const first = waiting.get(id);
    return first && isPlaced(first) ? first : undefined;
  }
  return undefined;
}

/**
 * One that was offered to the line before, or is kept free already: so the line has its turn. An idle replica goes before
 * the one that is kept free, and that before the one with least to finish.
 */
function choose(pool: Pool, id: string, offers: readonly Offer[]): string | undefined {
  const kept = pool.aside?.replica;
  const offered = new Set(offers.map((it) => it.replica));
  const open = [...pool.replicas].filter(([, it]) => it.open);
  const able = open
    .filter(([name]) => offered.has(name) || name === kept)
    .filter(([, it]) => !it.paused && (open.length === 1 || !it.returned.has(id)));
  const rank = ([name, { running }]: [string, Replica]): number => {
    if (running === 0) return -2;
    return name === kept ? -1 : running;
  };
  return able.toSorted((one, other) => rank(one) - rank(other))[0]?.[0];
}
