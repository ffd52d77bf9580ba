import { isFailure, TROUBLE_ENOUGH } from './verdict.ts';
import type { Evidence, HealthAnswer, NoToken, Passive } from './verdict.ts';

/** A count of engine steps that was seen at `sinceMs` and was still the same when it was asked for at `untilMs`. */
export interface Steps {
  readonly count: number;
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** What past samples and real requests left behind. */
export interface ProbeRecord {
  readonly askedAtMs: number;
  readonly atMs: number;
  /** When it was seen last whether requests are in flight, and nothing else. */
  readonly glancedAtMs: number;
  readonly health: HealthAnswer;
  readonly repeats: number;
  readonly sameSinceMs: number;
  readonly failedLooks: number;
  readonly failingSinceMs: number;
  readonly answeredAtMs: number;
  readonly inFlight: number;
  /** When a token, a step or a real answer was seen last. */
  readonly provenAtMs: number;
  /** Since when tokens are owed and none is known to have come; `undefined` when none are. */
  readonly owedSinceMs: number | undefined;
  /** `undefined` when nothing is owed, or nothing tells. */
  readonly steps: Steps | undefined;
  /** Tokens asked for in vain since the last proof. */
  readonly noToken: { readonly met: NoToken; readonly repeats: number; readonly sinceMs: number } | undefined;
  /** Real requests that failed since the last one that did not. */
  readonly failures: number;
  /** A real request failed then, and nobody has looked since. */
  readonly alarmedAtMs: number | undefined;
}

/** A replica that has just proven itself. */
export function freshRecord(atMs: number): ProbeRecord {
  return {
    askedAtMs: atMs,
    atMs,
    glancedAtMs: atMs,
    health: 'ok',
    repeats: 1,
    sameSinceMs: atMs,
    failedLooks: 0,
    failingSinceMs: atMs,
    answeredAtMs: atMs,
    inFlight: 0,
    provenAtMs: atMs,
    owedSinceMs: undefined,
    steps: undefined,
    noToken: undefined,
    failures: 0,
    alarmedAtMs: undefined,
  };
}

/** Adds how many requests are in flight. */
export function glance(record: ProbeRecord, inFlight: number, atMs: number): ProbeRecord {
  return { ...record, inFlight, glancedAtMs: atMs };
}

/**
 * After a look that could not be made: whether it answers has been seen no further, so that a silence begins anew. What
 * is known of its tokens stays, or a hang whose clients take our last file descriptors would never be found.
 */
export function blinded(record: ProbeRecord, atMs: number): ProbeRecord {
  return { ...record, repeats: 0, sameSinceMs: atMs, failedLooks: 0, failingSinceMs: atMs };
}

/**
 * Adds what a real request met. One that ended well says nothing of steps: its last bytes may have waited for a slow
 * reader long after the engine froze.
 */
export function hear(record: ProbeRecord, passive: Passive, atMs: number): ProbeRecord {
  if (isFailure(passive)) return { ...record, failures: record.failures + 1, alarmedAtMs: atMs };
  const answering = { ...record, answeredAtMs: atMs };
  if (passive === 'declined') return answering;
  const flowing = { ...answering, owedSinceMs: record.owedSinceMs === undefined ? undefined : atMs };
  if (passive === 'flowing') return flowing;
  return {
    ...flowing,
    provenAtMs: atMs,
    noToken: record.noToken && { ...record.noToken, repeats: 0, sinceMs: atMs },
    failures: 0,
  };
}

/** Whether real requests failed so often in a row that the engine is to be doubted. */
export const isTroubled = ({ failures }: ProbeRecord): boolean => failures >= TROUBLE_ENOUGH;

/** The record as a judge needs it at `nowMs`. */
export function evidenceOf(record: ProbeRecord, nowMs: number): Evidence {
  const { health, repeats, sameSinceMs, failedLooks, failingSinceMs, answeredAtMs, inFlight } = record;
  const { owedSinceMs, steps, noToken } = record;
  return {
    health,
    repeats,
    sameForMs: nowMs - sameSinceMs,
    failedLooks,
    failingForMs: failedLooks === 0 ? 0 : nowMs - failingSinceMs,
    silentForMs: nowMs - answeredAtMs,
    inFlight,
    isTroubled: isTroubled(record),
    noToken: noToken && { met: noToken.met, repeats: noToken.repeats, forMs: nowMs - noToken.sinceMs },
    stillForMs: steps === undefined ? 0 : Math.max(0, steps.untilMs - steps.sinceMs),
    owedForMs: owedSinceMs === undefined ? 0 : nowMs - owedSinceMs,
  };
}
