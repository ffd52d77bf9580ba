import type { Ticket } from '../ticket.ts';

/** Most requests whose deaths are remembered; the one whose last death is oldest is forgotten first. */
export const REMEMBERED_MAX = 4096;
/** Most requests quarantined at once; the oldest is let go first. */
export const QUARANTINED_MAX = 1024;
/** In so many deaths of an engine a request comes under suspicion. */
export const SUSPECT_AFTER_DEATHS = 2;

interface Deaths {
  readonly count: number;
  /** The life of a replica that ended with the last of them: two of the same body in one death count it once. */
  readonly life: number;
  readonly atMs: number;
}

/**
 * A connection that broke in the middle of a request. A death of the engine, if its end is told within `PAUSE_MS`; it
 * counts as one until that time is over.
 */
export interface Break {
  readonly fingerprint: string;
  /** The ticket's. */
  readonly id: string;
  readonly claim: string;
  readonly replica: string;
  readonly life: number;
  /** Nothing else ran there: confirmed, it is pinned on this one. */
  readonly alone: boolean;
  readonly atMs: number;
}

/**
 * What a pool knows of requests by their fingerprints, so beyond the life of a ticket: a client whose stream broke sends
 * the same body again.
 */
export interface Memory {
  /** Those that were in a death of an engine and did not complete since; last death last. */
  readonly deaths: Map<string, Deaths>;
  /** Not confirmed yet, oldest first. */
  readonly breaks: Set<Break>;
  /** Those refused on sight, and until when on the node's clock; oldest first. */
  readonly quarantine: Map<string, number>;
}

export function createMemory(): Memory {
  return { deaths: new Map(), breaks: new Set(), quarantine: new Map() };
}

/** One more death, unless it is the one noted last. */
export function noteDeath({ deaths }: Memory, fingerprint: string, life: number, nowMs: number): void {
  const before = deaths.get(fingerprint);
  const count = before === undefined ? 1 : before.count + (before.life === life ? 0 : 1);
  deaths.delete(fingerprint);
  deaths.set(fingerprint, { count, life, atMs: nowMs });
  dropFirst(deaths, REMEMBERED_MAX);
}

/** Whether requests like this one were in so many deaths, or breaks that may yet be one, that it must run alone. */
export function isSuspicious({ deaths, breaks }: Memory, ticket: Ticket): boolean {
  if (deaths.size === 0 && breaks.size === 0) return false; // spares the hash
  const fingerprint = ticket.fingerprint();
  const { count, life } = deaths.get(fingerprint) ?? { count: 0, life: undefined };
  const lives = new Set<number>();
  for (const it of breaks) if (it.fingerprint === fingerprint && it.life !== life) lives.add(it.life);
  return count + lives.size >= SUSPECT_AFTER_DEATHS;
}

/** It ran to its end: no engine dies of it. */
export function acquit({ deaths }: Memory, ticket: Ticket): void {
  if (deaths.size > 0) deaths.delete(ticket.fingerprint());
}

/** Refused on sight from now on. Its deaths are remembered: let go early, it runs alone at first. */
export function condemn({ quarantine }: Memory, fingerprint: string, untilMs: number): void {
  quarantine.delete(fingerprint);
  quarantine.set(fingerprint, untilMs);
  dropFirst(quarantine, QUARANTINED_MAX);
}

/** Until when a request is refused on sight; undefined where it is not. */
export function quarantinedUntilMs({ quarantine }: Memory, ticket: Ticket): number | undefined {
  return quarantine.size === 0 ? undefined : quarantine.get(ticket.fingerprint());
}

/** Drops what is over: terms that have ended, and deaths older than `keptMs`. */
export function forgetOld({ deaths, quarantine }: Memory, nowMs: number, keptMs: number): void {
  for (const [fingerprint, untilMs] of quarantine) if (untilMs <= nowMs) quarantine.delete(fingerprint);
  for (const [fingerprint, { atMs }] of deaths) {
    if (atMs + keptMs > nowMs) return; // the rest is younger
    deaths.delete(fingerprint);
  }
}

function dropFirst(map: Map<string, unknown>, sizeMax: number): void {
  for (const key of map.keys()) {
    if (map.size <= sizeMax) return;
    map.delete(key);
  }
}
