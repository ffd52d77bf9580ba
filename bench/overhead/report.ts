import { figuresOf, type Figures, type Run } from './figures.ts';
import type { Plan, Point } from './plan.ts';
import type { Spread } from './statistics.ts';
import type { Surroundings } from './surroundings.ts';

/** A figure by the role of the process; null where the target has none. */
interface ByRole {
  readonly gateway: Spread | null;
  readonly redis: Spread | null;
}

/** Percentiles over the rounds, in ms. */
interface Times {
  readonly p50: Spread;
  readonly p99: Spread;
}

/** What the rows of both kinds have in common. */
interface Row {
  readonly target: string;
  readonly answers: number;
  readonly errors: number;
  readonly faults: readonly string[];
  /** Against `direct`, round by round; null for `direct` itself. */
  readonly added_ms: Times | null;
  readonly rss_mb: ByRole;
}

/** Whole answers to one target. */
export interface RequestRow extends Row {
  readonly connections: number;
  readonly latency_ms: Times;
  readonly requests_per_s: Spread;
  readonly cpu_s_per_1000_requests: ByRole;
}

/** Paced streams to one target. */
export interface StreamRow extends Row {
  readonly streams: number;
  /** From the upstream's hand to the client's, a token. */
  readonly token_delay_ms: Times;
  readonly tokens_per_s: Spread;
  /** What the upstream's pace makes of so many streams. */
  readonly tokens_per_s_offered: number;
  readonly cpu_s_per_million_tokens: ByRole;
}

/** One whole run, as `--json` writes it. */
export interface Report extends Surroundings {
  readonly benchmark: 'overhead';
  readonly rounds: number;
  readonly window_s: number;
  readonly requests: readonly RequestRow[];
  readonly streams: readonly StreamRow[];
}

const BYTES_PER_MB = 1_000_000;

export function reportOf(surroundings: Surroundings, plan: Plan, runs: readonly Run[]): Report {
  const of = (kind: Point['kind']) =>
    plan.points.filter((it) => it.kind === kind).flatMap((point) => figuresOf(point, runs));
  return {
    benchmark: 'overhead',
    ...surroundings,
    rounds: plan.rounds,
    window_s: plan.windowMs / 1000,
    requests: of('requests').map(requestRow),
    streams: of('streams').map((it) => streamRow(it, it.concurrency * plan.tokensPerSecond)),
  };
}

function requestRow(it: Figures): RequestRow {
  return {
    connections: it.concurrency,
    ...rowOf(it),
    latency_ms: it.timeMs,
    requests_per_s: it.unitsPerSecond,
    cpu_s_per_1000_requests: byRole(it.cpuSecondsPerUnit, 1000),
  };
}

function streamRow(it: Figures, offered: number): StreamRow {
  return {
    streams: it.concurrency,
    ...rowOf(it),
    token_delay_ms: it.timeMs,
    tokens_per_s: it.unitsPerSecond,
    tokens_per_s_offered: offered,
    cpu_s_per_million_tokens: byRole(it.cpuSecondsPerUnit, 1_000_000),
  };
}

function rowOf({ target, answers, errors, faults, addedMs, residentBytes }: Figures): Row {
  return {
    target,
    answers,
    errors,
    faults,
    added_ms: addedMs ?? null,
    rss_mb: byRole(residentBytes, 1 / BYTES_PER_MB),
  };
}

function byRole({ gateway, redis }: Figures['residentBytes'], factor: number): ByRole {
  return { gateway: scaled(gateway, factor), redis: scaled(redis, factor) };
}

function scaled(spread: Spread | undefined, factor: number): Spread | null {
  if (spread === undefined) return null;
  return { median: spread.median * factor, min: spread.min * factor, max: spread.max * factor };
}
