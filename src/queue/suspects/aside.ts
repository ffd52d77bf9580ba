import { timeInLine } from '../pool/held.ts';
import { addressOf, type Pool, type Replica } from '../pool/pool.ts';
import type { Offer } from '../store.ts';
import { suspectsOf } from './suspects.ts';

/** How long a lost replica is waited for before a suspect runs on the only one there is. */
const ANOTHER_WITHIN_MS = 30_000;

/** Replicas that are waited for no longer. */
export function forgetLost({ lost }: Pool, nowMs: number): void {
  for (const [name, endedMs] of lost) if (endedMs + ANOTHER_WITHIN_MS <= nowMs) lost.delete(name);
}

/**
 * While suspects wait keeps a replica free of anything else, so that one of them runs alone once it has nothing to do: a
 * death there is pinned on it. One at a time on a node, so that the other replicas serve the line. Only when a commit
 * has been answered: then the line has taken what it could of the `offers`.
 */
export function keepAside(pool: Pool, offers: readonly Offer[], nowMs: number): void {
  if (pool.aside?.claim !== undefined || pool.link !== 'up') return;
  const name = pool.apart > 0 && !awaitsAnother(pool, nowMs) ? choose(pool, offers) : undefined;
  if (pool.aside?.replica === name) return;
  pool.claimDue = true; // other replicas are the line's now
  pool.aside = name === undefined ? undefined : { replica: name, claim: undefined };
}

/**
 * A suspect's run is over. The next one may follow at once if others serve the line, else the line has its turn. Where
 * its connection broke its seat is kept until the verdict: nobody else is risked before.
 */
export function leaveAside(pool: Pool, claim: string): void {
  const { aside, memory } = pool;
  if (aside?.claim !== claim || [...memory.breaks].some((it) => it.alone && it.claim === claim)) return;
  const others = [...pool.replicas].some(([name, it]) => name !== aside.replica && it.open && !it.paused);
  pool.aside = others ? { replica: aside.replica, claim: undefined } : undefined;
}

/**
 * The only replica at work is not risked while another one is about to be back, as long as that takes no longer than
 * `ANOTHER_WITHIN_MS` and this node's suspect may wait.
 */
export function awaitsAnother(pool: Pool, nowMs: number): boolean {
  const open = [...pool.replicas.values()].filter((it) => it.open);
  if (open.filter((it) => !it.paused).length !== 1 || pool.remoteReplicas > 0) return false;
  if (open.length > 1) return true; // a pause is short, or ends with a loss
  const backMs = Math.max(-Infinity, ...pool.lost.values()) + ANOTHER_WITHIN_MS;
  const [first] = suspectsOf(pool);
  const patienceMs = first === undefined ? Infinity : first.ticket.maxWaitMs - timeInLine(first, nowMs);
  return nowMs < backMs && backMs < nowMs + patienceMs;
}

/**
 * One that was offered to the line before, or is kept free already: so the line has its turn. An idle replica goes before
 * the one that is kept free, and that before the one with least to finish.
 */
function choose(pool: Pool, offers: readonly Offer[]): string | undefined {
  const kept = pool.aside?.replica;
  const offered = new Set(offers.map((it) => it.replica));
  const open = [...pool.replicas].filter(([, it]) => it.open);
  const able = open
    .filter(([name]) => offered.has(addressOf(pool, name)) || name === kept)
    .filter(([, it]) => !it.paused && mayTakeOne(pool, it, open.length));
  const rank = ([name, { running }]: [string, Replica]): number => {
    if (running === 0) return -2;
    return name === kept ? -1 : running;
  };
  return able.toSorted((one, other) => rank(one) - rank(other))[0]?.[0];
}

/** Whether there is a suspect that this replica has not given back, or nobody else could take. */
function mayTakeOne(pool: Pool, { returned }: Replica, openCount: number): boolean {
  if (openCount === 1 || returned.size === 0) return true;
  const own = suspectsOf(pool).filter(({ ticket }) => pool.suspects.get(ticket.id) === 'store');
  return pool.apart > own.length || own.some(({ ticket }) => !returned.has(ticket.id));
}
