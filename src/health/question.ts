import type { HealthConfig } from '../config/index.ts';
import { isTroubled, type ProbeRecord } from './record.ts';
import { BLIND_FACTOR, ENOUGH } from './verdict.ts';

/** What belongs to each kind of look besides `/health`, and besides `/metrics` of an engine at work. */
export const LOOKS = {
  health: new Set<Part>(),
  progress: new Set<Part>(['progress']), // an idle one that did not answer as it should
  idle_token: new Set<Part>(['token']), // an idle one that is probably well
  token: new Set<Part>(['progress', 'token']),
} as const;

type Part = 'progress' | 'token';
export type Look = keyof typeof LOOKS;

/** The next thing to ask, and when. */
export interface Question {
  readonly ask:
    | 'start' // `/health` of an engine that need not answer yet
    | 'warm_up' // a first token, with all the time a cold engine needs
    | 'glance' // nothing: whether requests are in flight
    | Look;
  readonly afterMs: number;
}

/**
 * Between a sign and a second look at it: an engine that says it is dead, or that it is about to listen, is not left for
 * a whole interval.
 */
export const RECHECK_AFTER_MS = 100;

/**
 * How many intervals lie between the looks at an idle engine that is well. A look costs half a millisecond of a core,
 * and most replicas idle; between them it is only seen whether requests are in flight.
 */
const IDLE_STRIDE = 5;

/** What to ask a replica that has proven itself once. Idle and well, it is asked for a token now and then. */
export function questionFor(record: ProbeRecord, nowMs: number, limits: HealthConfig): Question {
  if (isPressing(record)) {
    const afterMs = Math.max(0, record.atMs + RECHECK_AFTER_MS - nowMs);
    return { ask: isTroubled(record) ? 'token' : 'progress', afterMs };
  }
  const lastMs = record.inFlight > 0 ? record.askedAtMs : Math.max(record.askedAtMs, record.glancedAtMs);
  const atMs = Math.max(nowMs, lastMs + limits.intervalMs);
  const dueMs = stallDueMs(record, limits);
  if (record.noToken !== undefined && record.askedAtMs <= dueMs && dueMs - atMs <= limits.timeoutMs) {
    const isNext = dueMs < atMs + limits.intervalMs;
    return { ask: 'progress', afterMs: isNext ? Math.max(0, dueMs + 1 - nowMs) : atMs - nowMs };
  }
  return { ask: lookAt(atMs, record, limits), afterMs: atMs - nowMs };
}

/** Something bad was met once and may be confirmed. */
function isPressing(record: ProbeRecord): boolean {
  const { health, repeats, noToken, alarmedAtMs } = record;
  if (alarmedAtMs !== undefined || (health === 'unavailable' && repeats < ENOUGH)) return true;
  return isTroubled(record) && noToken !== undefined && noToken.met !== 'timed_out' && noToken.repeats < ENOUGH;
}

function lookAt(atMs: number, record: ProbeRecord, limits: HealthConfig): Question['ask'] {
  if (record.noToken !== undefined || isTroubled(record) || isQuiet(record, atMs, limits)) return 'token';
  if (record.health !== 'ok') return 'progress';
  if (record.inFlight > 0) return 'health';
  if (atMs - record.provenAtMs >= limits.idleProbeMs) return 'idle_token';
  const isDue = record.repeats < ENOUGH || atMs - record.askedAtMs >= IDLE_STRIDE * limits.intervalMs;
  return isDue ? 'health' : 'glance';
}

/** No token was seen for so long that one is asked for: soon enough to be known in vain when a stall is due. */
function isQuiet({ owedSinceMs, steps }: ProbeRecord, atMs: number, limits: HealthConfig): boolean {
  const leadMs = Math.min(limits.timeoutMs + 2 * limits.intervalMs, limits.stallAfterMs / 2);
  const stillForMs = steps === undefined ? 0 : steps.untilMs - steps.sinceMs;
  const owedForMs = owedSinceMs === undefined ? 0 : atMs - owedSinceMs;
  return Math.max(stillForMs, owedForMs) >= limits.stallAfterMs - leadMs;
}

/** When a doubted engine that goes on as it does is stalled. It is looked at then, rather than in the middle of asking for a token. */
function stallDueMs({ steps, owedSinceMs }: ProbeRecord, { stallAfterMs }: HealthConfig): number {
  if (steps !== undefined) return steps.sinceMs + stallAfterMs;
  return (owedSinceMs ?? -Infinity) + BLIND_FACTOR * stallAfterMs;
}
