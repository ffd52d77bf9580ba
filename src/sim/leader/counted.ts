import type { Narration, Told } from './narration.ts';
import { observe, type Series } from './series.ts';

/** A narration that counts what it tells: first tokens, endings and how long they took. */
export function counted(narration: Narration, series: Series, nowMs: () => number): Narration {
  const startedMs = nowMs();
  const sinceS = () => (nowMs() - startedMs) / 1000;
  let first = true;

  const count = (told: readonly Told[]) => {
    if (first && told.length > 0) {
      first = false;
      observe(series.timeToFirstTokenS, sinceS());
    }
    for (const { finished } of told) {
      if (finished === undefined) continue;
      series.finished[finished.end] += 1;
      observe(series.requestS, sinceS());
    }
  };
  return {
    ...narration,
    async next() {
      const told = await narration.next();
      if (told === 'failed') series.finished.error += 1;
      else if (told !== 'cancelled') count(told);
      return told;
    },
  };
}
