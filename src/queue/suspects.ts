import type { PoolEffect } from './event.ts';
import { isPlaced, occupy, takeOut, type Placed } from './line.ts';
import { isSuspicious, quarantinedUntilMs, SUSPECT_AFTER_DEATHS } from './memory-of-deaths.ts';
import { enqueue, entryOf, leaveLine, nextName, type Held, type Pool, type Replica } from './pool.ts';
import type { Offer } from './store.ts';
import type { Refusal, Ticket } from './ticket.ts';

/** Most requests in two deaths that wait to run alone; one at a time, more would outlive their clients' patience. */
export const SUSPECTS_MAX = 256;

/** How long a lost replica is waited for before a suspect runs on the only one there is. */
const ANOTHER_WITHIN_MS = 30_000;

/** Replicas that are waited for no longer. */
export function forgetLost({ lost }: Pool, nowMs: number): void {
  for (const [name, endedMs] of lost) if (endedMs + ANOTHER_WITHIN_MS <= nowMs) lost.delete(name);
}

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

/** Those that nothing speaks against any more go back to their places in line: one of their kind completed, say. */
export function freeCleared(pool: Pool): void {
  for (const waiting of suspectsOf(pool)) {
    const { ticket, order } = waiting;
    if (isAlone(pool, ticket.id) || standingOf(pool, waiting) !== 'free') continue;
    pool.suspects.delete(ticket.id);
    enqueue(pool, { type: 'restore_ticket', entry: { ...entryOf(ticket), order } });
  }
}

/** One of its kind was alone in a death: none of them is run again. */
export function refuseLike(pool: Pool, fingerprint: string, refusal: Refusal): PoolEffect[] {
  const like = suspectsOf(pool).filter(({ ticket }) => ticket.fingerprint() === fingerprint);
  return like.flatMap(({ ticket }) => takeOut(pool, ticket.id, refusal));
}

function suspectsOf({ suspects, waiting }: Pool): Placed[] {
  return [...suspects]
    .map((id) => waiting.get(id))
    .filter((it) => it !== undefined)
    .filter(isPlaced);
}

/**
 * Gives the suspect that waits longest a replica of its own, once one has nothing else to do: a death there is pinned on
 * it. One at a time in a pool, so that the other replicas serve the line. Only when a commit has been answered: then no
 * claim is on its way, a replica without work is free, and the line has taken what it could of the `offers`.
 */
export function seatSuspect(pool: Pool, offers: readonly Offer[], nowMs: number): PoolEffect[] {
  if (pool.aside?.id !== undefined || pool.link !== 'up') return [];
  const [suspect] = suspectsOf(pool);
  const name = suspect && !awaitsAnother(pool, suspect, nowMs) ? choose(pool, suspect.ticket.id, offers) : undefined;
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

/** Whether a ticket runs alone, or did and has a verdict to come. */
export function isAlone({ aside }: Pool, id: string): boolean {
  return aside?.id === id;
}

/**
 * A suspect's run is over. The next one may follow at once if others serve the line, else the line has its turn. Where
 * its connection broke its seat is kept until the verdict: it may be the next one.
 */
export function leaveAside(pool: Pool, id: string): void {
  const { aside, memory } = pool;
  if (aside?.id !== id || [...memory.breaks].some((it) => it.alone && it.id === id)) return;
  const others = [...pool.replicas].some(([name, it]) => name !== aside.replica && it.open && !it.paused);
  pool.aside = others ? { replica: aside.replica, id: undefined } : undefined;
}

/**
 * The only replica at work is not risked while another one is about to be back, as long as that takes no longer than
 * `ANOTHER_WITHIN_MS` and the suspect may wait.
 */
function awaitsAnother({ replicas, lost }: Pool, { ticket, enteredAtMs, waitedMs }: Placed, nowMs: number): boolean {
  const open = [...replicas.values()].filter((it) => it.open);
  if (open.filter((it) => !it.paused).length !== 1) return false;
  if (open.length > 1) return true; // a pause is short, or ends with a loss
  const backMs = Math.max(-Infinity, ...lost.values()) + ANOTHER_WITHIN_MS;
  return nowMs < backMs && backMs < enteredAtMs + ticket.maxWaitMs - waitedMs;
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
