/** Exact percentiles of durations. */
export interface Percentiles {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Durations of one measurement, kept whole: a window has some 100,000. */
export interface Samples {
  readonly count: number;
  add(ms: number): void;
  percentiles(): Percentiles;
}

/** Durations kept; 80 MB. */
const SAMPLES_MAX = 10_000_000;

export function createSamples(): Samples {
  let values = new Float64Array(65_536);
  let count = 0;
  return {
    get count() {
      return count;
    },
    add(ms) {
      if (count === SAMPLES_MAX) throw new Error(`more than ${SAMPLES_MAX} samples: shorten the window`);
      if (count === values.length) {
        const more = new Float64Array(count * 2);
        more.set(values);
        values = more;
      }
      values[count] = ms;
      count += 1;
    },
    percentiles() {
      const sorted = values.slice(0, count).toSorted();
      return { p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99) };
    },
  };
}

/** The smallest value that at least `fraction` of all do not exceed (nearest rank). Throws when there is none. */
export function percentile(sorted: ArrayLike<number>, fraction: number): number {
  const value = sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)];
  if (value === undefined) throw new Error('no sample to take a percentile of');
  return value;
}
