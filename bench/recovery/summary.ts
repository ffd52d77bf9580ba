/** A figure over all rounds. */
export interface Summary {
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/** Percentiles by nearest rank; null where no round has a value. */
export function summaryOf(values: readonly (number | undefined)[]): Summary | null {
  const sorted = values.filter((it) => it !== undefined).toSorted((a, b) => a - b);
  const rank = (share: number) => sorted[Math.ceil(share * sorted.length) - 1];
  const [median, p95, max] = [rank(0.5), rank(0.95), sorted.at(-1)];
  return median === undefined || p95 === undefined || max === undefined ? null : { median, p95, max };
}
