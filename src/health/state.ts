import type { HealthConfig } from '../config/index.ts';
import type { EngineMetrics } from '../engine/index.ts';
import { add, evidenceOf, freshRecord, stepCount, type ProbeRecord, type Sample } from './record.ts';
import { judge, type Verdict } from './verdict.ts';

/** Room of a replica, as its engine reports it. */
export interface Capacity {
  /** KV-cache tokens it can hold. */
  readonly kvTokens: number;
  /** Requests at once. */
  readonly sequencesMax: number;
}

/** What is reported of one life of an engine: `answering`, then `warm`, then verdicts whenever they change. */
export type WatchReport =
  | { readonly on: 'answering' } // the API took a request
  | { readonly on: 'warm'; readonly capacity: Capacity } // a token came the real way
  | { readonly on: 'verdict'; readonly verdict: Verdict };

/** One life of an engine as health sees it. */
export type Watch =
  | { readonly in: 'starting' } // its API does not answer yet
  | { readonly in: 'warming'; readonly sinceMs: number; readonly failed: string | undefined } // no token came yet, and why
  | { readonly in: 'steady'; readonly record: ProbeRecord; readonly told: Verdict }
  | { readonly in: 'doubted'; readonly record: ProbeRecord; readonly told: Verdict; readonly doubt: Doubt };

/** Steps stood still for `stuckForMs` when it began. A token or a step ends it. */
export interface Doubt {
  readonly sinceMs: number;
  readonly stuckForMs: number;
}

/** What was asked, and what came of it. */
export type Answer =
  | { readonly to: 'health'; readonly sample: Sample }
  | { readonly to: 'warm_up'; readonly atMs: number; readonly capacity: Capacity }
  | { readonly to: 'warm_up'; readonly atMs: number; readonly failed: string } // why, in words
  | {
      readonly to: 'token';
      readonly atMs: number;
      readonly came: boolean;
      readonly metrics: EngineMetrics | undefined;
    };

/** The next thing to ask, and when. */
export interface Question {
  readonly ask: Answer['to'];
  readonly afterMs: number;
}

/** What follows from an answer. */
export interface Step {
  readonly watch: Watch;
  readonly report: WatchReport | undefined;
  readonly next: Question;
}

/** How long an engine that answers may go without a first token. A cold one takes ten seconds. */
const WARM_UP_LIMIT_MS = 120_000;

/** When to ask again after a 503: an engine that says it is dead is not left for a whole interval. */
const RECHECK_AFTER_MS = 100;

/** The question whose answer each state waits for. */
const ASKS = { starting: 'health', warming: 'warm_up', steady: 'health', doubted: 'token' } as const;

/** Where every life begins. */
export const begin: Step = { watch: { in: 'starting' }, report: undefined, next: { ask: 'health', afterMs: 0 } };

/** One answer in; the next state, what to report, and what to ask next out. Answers to what was not asked change nothing. */
export function step(watch: Watch, answer: Answer, limits: HealthConfig): Step {
  if (watch.in === 'starting' && answer.to === 'health') return whileStarting(watch, answer.sample, limits);
  if (watch.in === 'warming' && answer.to === 'warm_up') return whileWarming(watch, answer, limits);
  if (watch.in === 'steady' && answer.to === 'health') return whileSteady(watch, answer.sample, limits);
  if (watch.in === 'doubted' && answer.to === 'token') return whileDoubted(watch, answer, limits);
  return { watch, report: undefined, next: { ask: ASKS[watch.in], afterMs: limits.intervalMs } };
}

/** Refused is normal here: vLLM listens only when its model is loaded. */
function whileStarting(watch: Watch, sample: Sample, limits: HealthConfig): Step {
  if (sample.health !== 'ok') {
    return { watch, report: undefined, next: { ask: 'health', afterMs: limits.intervalMs } };
  }
  return {
    watch: { in: 'warming', sinceMs: sample.atMs, failed: undefined },
    report: { on: 'answering' },
    next: { ask: 'warm_up', afterMs: 0 },
  };
}

function whileWarming(
  watch: Extract<Watch, { in: 'warming' }>,
  answer: Extract<Answer, { to: 'warm_up' }>,
  limits: HealthConfig,
): Step {
  if ('capacity' in answer) {
    return {
      watch: { in: 'steady', record: freshRecord(answer.atMs), told: { is: 'ok' } },
      report: { on: 'warm', capacity: answer.capacity },
      next: { ask: 'health', afterMs: limits.intervalMs },
    };
  }
  const forMs = answer.atMs - watch.sinceMs;
  return {
    watch: { ...watch, failed: watch.failed ?? answer.failed },
    report: forMs >= WARM_UP_LIMIT_MS ? { on: 'verdict', verdict: { is: 'stalled', forMs } } : undefined,
    next: { ask: 'warm_up', afterMs: limits.intervalMs },
  };
}

function whileSteady(watch: Extract<Watch, { in: 'steady' }>, sample: Sample, limits: HealthConfig): Step {
  const record = add(watch.record, sample);
  const verdict = judge(evidenceOf(record, sample.atMs), limits);
  if (verdict.is === 'stalled') {
    // Requests may also be in flight because their clients read slowly, from an engine that is long done with them.
    return {
      watch: { in: 'doubted', record, told: watch.told, doubt: { sinceMs: sample.atMs, stuckForMs: verdict.forMs } },
      report: undefined,
      next: { ask: 'token', afterMs: 0 },
    };
  }
  const afterMs = sample.health === 'unavailable' ? RECHECK_AFTER_MS : limits.intervalMs;
  return tell(watch.told, { in: 'steady', record, told: verdict }, afterMs);
}

/**
 * The token may queue behind a burst of long prompts, so steps that go on clear an engine too. Where `/metrics` does
 * not answer either, nothing is known, and it is asked for as long again as it took to doubt.
 */
function whileDoubted(
  watch: Extract<Watch, { in: 'doubted' }>,
  { atMs, came, metrics }: Extract<Answer, { to: 'token' }>,
  limits: HealthConfig,
): Step {
  const { record, told, doubt } = watch;
  const count = stepCount(metrics);
  const doubtedForMs = atMs - doubt.sinceMs;
  if (came || (count !== undefined && count !== record.steps?.count)) {
    const cleared = { ...record, answeredAtMs: atMs, steps: undefined };
    return tell(told, { in: 'steady', record: cleared, told: { is: 'ok' } }, limits.intervalMs);
  }
  if (count === undefined && doubtedForMs < limits.stallAfterMs) {
    return { watch, report: undefined, next: { ask: 'token', afterMs: limits.intervalMs } };
  }
  const stalled = { is: 'stalled', forMs: doubt.stuckForMs + doubtedForMs } as const;
  return tell(told, { in: 'steady', record, told: stalled }, limits.intervalMs);
}

/** Reports a verdict when its kind differs from the one told last. */
function tell(told: Verdict, watch: Extract<Watch, { in: 'steady' }>, afterMs: number): Step {
  const verdict = watch.told;
  const report = verdict.is === told.is ? undefined : ({ on: 'verdict', verdict } as const);
  return { watch, report, next: { ask: 'health', afterMs } };
}
