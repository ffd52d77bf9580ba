/** Values of one kind of answer, new and before. */
export interface Pair {
  readonly now: readonly number[];
  readonly before: readonly number[];
}

/**
 * How surely the new values are larger than `factor` times those before: the standard score of van Elteren's test, which
 * is Mann and Whitney's over several strata (P. H. van Elteren, 1960). It looks at ranks alone, so that a few odd values
 * count no more than others.
 */
export function surenessOfLarger(pairs: readonly Pair[], factor: number): number {
  let sum = 0;
  let variance = 0;
  for (const { now, before } of pairs) {
    const [n, m] = [now.length, before.length];
    if (n === 0 || m === 0) continue;
    const sorted = before.map((it) => it * factor).toSorted((one, other) => one - other);
    const won = now.reduce(
      (total, it) => total + (countBelow(sorted, it, false) + countBelow(sorted, it, true)) / 2,
      0,
    );
    sum += (won - (n * m) / 2) / (n + m + 1);
    variance += (n * m) / (12 * (n + m + 1));
  }
  return variance === 0 ? 0 : sum / Math.sqrt(variance);
}

/** How many times as large as those before the new values are: of the medians' ratios the one in the middle, by new values. */
export function ratioOf(pairs: readonly Pair[]): number {
  const ratios = pairs
    .map(({ now, before }) => ({ ratio: median(now) / median(before), weight: now.length }))
    .toSorted((one, other) => one.ratio - other.ratio);
  const half = ratios.reduce((sum, it) => sum + it.weight, 0) / 2;
  let passed = 0;
  for (const { ratio, weight } of ratios) {
    passed += weight;
    if (passed >= half) return ratio;
  }
  return 1;
}

/** The chance of at least `hits` in `tries` where each is one with this probability. */
export function chanceOfAtLeast(hits: number, tries: number, probability: number): number {
  if (hits <= 0 || probability >= 1) return 1;
  if (probability <= 0) return 0;
  let logTerm = logChoose(tries, hits) + hits * Math.log(probability) + (tries - hits) * Math.log1p(-probability);
  let sum = 0;
  for (let at = hits; at <= tries; at += 1) {
    sum += Math.exp(logTerm);
    logTerm += Math.log((tries - at) / (at + 1)) + Math.log(probability) - Math.log1p(-probability);
  }
  return Math.min(sum, 1);
}

function logChoose(tries: number, hits: number): number {
  let sum = 0;
  for (let at = 1; at <= hits; at += 1) sum += Math.log((tries - hits + at) / at);
  return sum;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const upper = sorted[sorted.length >> 1] ?? 0;
  const lower = sorted[(sorted.length - 1) >> 1] ?? 0;
  return (lower + upper) / 2;
}

/** How many of them are below a value, or with `orEqual` not above it. By binary search. */
function countBelow(sorted: readonly number[], value: number, orEqual: boolean): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const it = sorted[middle] ?? Infinity;
    if (it < value || (orEqual && it === value)) from = middle + 1;
    else to = middle;
  }
  return from;
}
