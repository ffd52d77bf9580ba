import type { PoolEffect, PoolEvent } from '../pool/event.ts';
import type { Execution, Hosted, Running } from '../pool/held.ts';
import { PAUSE_MS } from '../pool/pause.ts';
import type { Pool } from '../pool/pool.ts';
import type { Outcome } from '../ticket.ts';
import { leaveAside } from './aside.ts';
import { condemn, noteDeath, type Break } from './memory-of-deaths.ts';
import { freeCleared, quarantined, refuseLike } from './suspects.ts';

/** Most breaks that may yet turn out a death; the oldest is let go first. */
export const BREAKS_MAX = 4096;

/** The outcomes that no deadly request has. */
export const SURVIVED: ReadonlySet<Outcome> = new Set(['completed', 'engine_declined']);

/**
 * An engine that we end while something runs on it has met neither a death nor an error of its own: such an execution is
 * worth as much as one that never reached it. One that ended unasked takes with it what breaks there.
 */
export function countsAs<Kind extends Outcome>(
  { ending }: Pick<Execution, 'ending'>,
  outcome: Kind,
): Kind | 'engine_unreached' | 'engine_died' {
  if (ending === undefined || SURVIVED.has(outcome)) return outcome;
  if (ending === 'asked') return 'engine_unreached';
  return outcome === 'connection_broke' ? 'engine_died' : outcome;
}

/** Holds a death against a request, or a break until it is known what that was. */
export function blame(pool: Pool, running: Running, outcome: Outcome, nowMs: number): PoolEffect[] {
  if (outcome !== 'engine_died' && outcome !== 'connection_broke') return [];
  const { id, fingerprint } = running.ticket;
  return hold(pool, running, { id, fingerprint: fingerprint() }, outcome, nowMs);
}

/** Likewise against another node's: its like may come to this one. Its ticket is judged by its origin. */
export function blameGuest(pool: Pool, hosted: Hosted, told: Outcome, nowMs: number): PoolEffect[] {
  const { fingerprint, entry } = hosted;
  const outcome = countsAs(hosted, told);
  if (fingerprint === undefined || (outcome !== 'engine_died' && outcome !== 'connection_broke')) return [];
  return hold(pool, hosted, { id: entry.id, fingerprint }, outcome, nowMs);
}

function hold(
  pool: Pool,
  { claim, replica, life, alone }: Execution,
  request: Pick<Break, 'id' | 'fingerprint'>,
  outcome: 'engine_died' | 'connection_broke',
  nowMs: number,
): PoolEffect[] {
  const met: Break = { ...request, claim, replica, life, alone, atMs: nowMs };
  if (outcome === 'engine_died') return charge(pool, met, nowMs);
  const { breaks } = pool.memory;
  breaks.add(met);
  for (const oldest of breaks) if (breaks.size > BREAKS_MAX) letGo(pool, oldest);
  return [];
}

/** Whether a claim ran alone and broke, and nobody knows yet on what. */
export function awaitsVerdict({ memory }: Pool, claim: string): boolean {
  for (const it of memory.breaks) if (it.alone && it.claim === claim) return true;
  return false;
}

/** It was in its engine's death: remembered against it, and if it was alone there, pinned on it. */
function charge(pool: Pool, { fingerprint, id, claim, replica, life, alone }: Break, nowMs: number): PoolEffect[] {
  const { memory, setting } = pool;
  noteDeath(memory, fingerprint, life, nowMs);
  if (!alone) return [];
  leaveAside(pool, claim);
  const untilMs = Math.ceil(nowMs + setting.quarantineMs);
  condemn(memory, fingerprint, untilMs);
  const entry = { fingerprint, untilUnixMs: setting.clockZeroUnixMs + untilMs };
  const those = refuseLike(pool, fingerprint, quarantined(pool, fingerprint, untilMs));
  return [{ do: 'quarantine', id, replica, entry }, ...those];
}

/** An engine ends: what broke there a moment ago was its death, or was not, and what runs there will not outlive it. */
export function settleEnding(pool: Pool, event: Extract<PoolEvent, { on: 'end' }>): PoolEffect[] {
  const { replica, ending, nowMs } = event;
  letBreaksGo(pool, nowMs);
  for (const it of pool.running.values()) if (it.replica === replica) it.ending ??= ending;
  for (const it of pool.guests.values()) if (it.replica === replica) it.ending ??= ending;
  pool.remoteLives.delete(replica);
  if (ending === 'unasked' && !isAddress(replica)) pool.lost.set(replica, nowMs);
  pool.claimDue = true;
  const there = [...pool.memory.breaks].filter((it) => it.replica === replica);
  const charged = there.flatMap((it) => settle(pool, it, event));
  freeCleared(pool);
  return charged;
}

/** Another node's. */
const isAddress = (replica: string): boolean => replica.includes('/');

function settle(pool: Pool, it: Break, { ending, nowMs }: Extract<PoolEvent, { on: 'end' }>): PoolEffect[] {
  if (ending === 'asked') {
    letGo(pool, it);
    return [];
  }
  pool.memory.breaks.delete(it);
  return charge(pool, it, nowMs);
}

/** Nobody told of an end: the engine lives, and whom it was held against is free. */
export function letBreaksGo(pool: Pool, nowMs: number): void {
  for (const it of pool.memory.breaks) {
    if (it.atMs + PAUSE_MS > nowMs) break; // the rest is younger
    letGo(pool, it);
  }
  freeCleared(pool);
}

function letGo(pool: Pool, it: Break): void {
  pool.memory.breaks.delete(it);
  const held = pool.waiting.get(it.id) ?? pool.running.get(it.id);
  if (held) held.deaths -= 1;
  leaveAside(pool, it.claim);
}
