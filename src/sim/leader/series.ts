import type { CoreStats } from '../core/messages.ts';
import type { End } from '../openai/generation-request.ts';

/** Edges of vLLM's time-to-first-token buckets, seconds (vllm/v1/metrics/loggers.py). */
const TIME_TO_FIRST_TOKEN_S = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
];
const REQUEST_S = [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680];

/** A Prometheus histogram: one count per bucket, not yet summed up. */
export interface Histogram {
  readonly edges: readonly number[];
  readonly counts: number[];
  sum: number;
  count: number;
}

/** What the API server counts, beside what its core tells. */
export interface Series {
  core: CoreStats;
  readonly finished: Record<End | 'error' | 'repetition', number>;
  rejections: number;
  readonly timeToFirstTokenS: Histogram;
  readonly requestS: Histogram;
}

const histogram = (edges: readonly number[]): Histogram => ({
  edges,
  counts: edges.map(() => 0),
  sum: 0,
  count: 0,
});

export const createSeries = (): Series => ({
  core: {
    running: 0,
    waiting: 0,
    kvUsage: 0,
    steps: 0,
    stepTokens: 0,
    promptTokens: 0,
    generatedTokens: 0,
    preemptions: 0,
  },
  finished: { stop: 0, length: 0, tool_calls: 0, abort: 0, error: 0, repetition: 0 },
  rejections: 0,
  timeToFirstTokenS: histogram(TIME_TO_FIRST_TOKEN_S),
  requestS: histogram(REQUEST_S),
});

export function observe(into: Histogram, value: number): void {
  const bucket = into.edges.findIndex((edge) => value <= edge);
  if (bucket >= 0) into.counts[bucket] = (into.counts[bucket] ?? 0) + 1;
  into.sum += value;
  into.count += 1;
}
