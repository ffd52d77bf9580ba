import type { NodeReport } from '../../control/index.ts';

/** Over how long rates are taken: shorter, and they jump; longer, and they lag. */
const WINDOW_MS = 10_000;

/** Per second. */
export interface Rates {
  readonly requests: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** One report and when it came. */
export interface Sample {
  readonly atMs: number;
  readonly report: Pick<NodeReport, 'started_at' | 'pools'>;
}

/** What is kept to take rates from: what the window needs, and nothing of another life of the node. */
export function keepSamples<S extends Sample>(samples: readonly S[], next: S): readonly S[] {
  const inWindow = samples.filter(
    (it) => next.atMs - it.atMs <= WINDOW_MS && it.report.started_at === next.report.started_at,
  );
  return [...inWindow, next];
}

/** A pool's rates between the first and the last sample; undefined while there is but one, or none has the pool. */
export function ratesOf(pool: string, samples: readonly Sample[]): Rates | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  const before = first?.report.pools.find((it) => it.name === pool)?.totals;
  const now = last?.report.pools.find((it) => it.name === pool)?.totals;
  if (before === undefined || now === undefined || first === undefined || last === undefined) return undefined;
  const seconds = (last.atMs - first.atMs) / 1000;
  if (seconds <= 0) return undefined;
  return {
    requests: (now.requests - before.requests) / seconds,
    promptTokens: (now.prompt_tokens - before.prompt_tokens) / seconds,
    completionTokens: (now.completion_tokens - before.completion_tokens) / seconds,
  };
}

/** `0`, `0.4`, `12`, `3.4k`. */
export function formatRate(perSecond: number): string {
  if (perSecond >= 9_999.5) return `${Math.round(perSecond / 1000)}k`;
  if (perSecond >= 999.5) return `${(perSecond / 1000).toFixed(1)}k`;
  return perSecond >= 9.95 || perSecond < 0.05 ? String(Math.round(perSecond)) : perSecond.toFixed(1);
}
