import type { EngineMetrics } from '../engine/index.ts';
import type { Evidence, HealthAnswer } from './verdict.ts';

/** One round of probing. Times in ms of the room's clock. */
export interface Sample {
  readonly atMs: number;
  readonly health: HealthAnswer;
  readonly inFlight: number;
  /** Absent when not asked for, or not answered. */
  readonly metrics: EngineMetrics | undefined;
}

/** What past samples left behind. */
export interface ProbeRecord {
  readonly health: HealthAnswer;
  readonly repeats: number;
  readonly failingSinceMs: number;
  readonly answeredAtMs: number;
  readonly inFlight: number;
  /** A count of engine steps, from the first scrape that showed it to the last. */
  readonly steps: { readonly count: number; readonly sinceMs: number; readonly untilMs: number } | undefined;
}

/** A replica that has just proven itself. */
export function freshRecord(atMs: number): ProbeRecord {
  return { health: 'ok', repeats: 1, failingSinceMs: atMs, answeredAtMs: atMs, inFlight: 0, steps: undefined };
}

/** Adds a sample. */
export function add(record: ProbeRecord, sample: Sample): ProbeRecord {
  const { atMs, health, inFlight, metrics } = sample;
  const answered = health === 'ok' || health === 'unavailable' || metrics !== undefined;
  return {
    health,
    repeats: health === record.health ? record.repeats + 1 : 1,
    failingSinceMs: record.health === 'ok' ? atMs : record.failingSinceMs,
    answeredAtMs: answered ? atMs : record.answeredAtMs,
    inFlight,
    steps: stepsAfter(record.steps, sample),
  };
}

/** Engine steps so far; `undefined` where nothing tells. */
export function stepCount(metrics: EngineMetrics | undefined): number | undefined {
  return metrics?.iterations ?? metrics?.generatedTokens;
}

/** Idle, nothing is owed; work that begins later starts a count of its own. */
function stepsAfter(steps: ProbeRecord['steps'], { atMs, inFlight, metrics }: Sample): ProbeRecord['steps'] {
  if (inFlight === 0) return undefined;
  const count = stepCount(metrics);
  if (count === undefined) return steps;
  return steps?.count === count ? { ...steps, untilMs: atMs } : { count, sinceMs: atMs, untilMs: atMs };
}

/** The record as a judge needs it at `nowMs`. */
export function evidenceOf(record: ProbeRecord, nowMs: number): Evidence {
  const { health, repeats, failingSinceMs, answeredAtMs, inFlight, steps } = record;
  return {
    health,
    repeats,
    failingForMs: health === 'ok' ? 0 : nowMs - failingSinceMs,
    silentForMs: nowMs - answeredAtMs,
    inFlight,
    stuckForMs: steps === undefined ? 0 : steps.untilMs - steps.sinceMs,
  };
}
