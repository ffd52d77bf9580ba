import type { Bar } from './signs.ts';

/** Bars remembered of one phase; those beyond are not counted. A checkpoint in this many files is not known. */
const BARS_MAX = 1024;

/** A bar, and what its earlier runs came to: shards are read twice for some quantizations, or for a draft model. */
interface Run {
  readonly before: number;
  readonly done: number;
  readonly total: number;
}

/** Sums up bars that run at once or one after another, so that together they only grow. */
export interface Bars {
  /** Whether the bar is new or further than it was. */
  advance(bar: Bar): boolean;
  sum(): { readonly done: number; readonly total: number } | undefined;
}

export function countBars(): Bars {
  const runs = new Map<string, Run>();
  return {
    advance(bar) {
      const run = runs.get(bar.name);
      if (run === undefined && runs.size >= BARS_MAX) return false;
      const next = after(run, bar);
      if (next === undefined) return false;
      runs.set(bar.name, next);
      return true;
    },
    sum() {
      if (runs.size === 0) return undefined;
      const all = [...runs.values()];
      return { done: total(all, (it) => it.before + it.done), total: total(all, (it) => it.before + it.total) };
    },
  };
}

/** `undefined` where a bar stands still, or another process lags behind with the same. */
function after(run: Run | undefined, { done, total }: Bar): Run | undefined {
  if (run === undefined) return { before: 0, done, total };
  if (done > run.done) return { ...run, done, total: Math.max(total, run.total) };
  if (done < run.done && run.done === run.total) return { before: run.before + run.done, done, total };
  return undefined;
}

const total = (runs: readonly Run[], of: (run: Run) => number): number => runs.reduce((sum, run) => sum + of(run), 0);
