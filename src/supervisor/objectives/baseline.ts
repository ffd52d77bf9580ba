import type { Sample } from './sample.ts';
import { addSample, createTimes, type Times } from './times.ts';

/** How fast the pools were lately, by model. Bounded. */
export interface Baseline {
  readonly pools: Map<string, PoolRecord>;
}

/** By real model, the one that answered last at the end. */
type PoolRecord = Map<string, ModelRecord>;

export interface ModelRecord {
  readonly times: Times;
  /** When it was added to, Unix ms. */
  lastUnixMs: number;
}

/** Models of one pool that are remembered. */
export const MODELS_MAX = 3;

export const createBaseline = (): Baseline => ({ pools: new Map() });

/** An answer of a pool's replica that is not under observation. */
export function record({ pools }: Baseline, pool: string, model: string, sample: Sample, nowUnixMs: number): void {
  const models = pools.get(pool) ?? new Map<string, ModelRecord>();
  pools.set(pool, models);
  const known = models.get(model) ?? { times: createTimes(), lastUnixMs: nowUnixMs };
  known.lastUnixMs = nowUnixMs;
  addSample(known.times, sample);
  if ([...models.keys()].at(-1) === model) return;
  models.delete(model);
  models.set(model, known);
  for (const eldest of models.keys()) {
    if (models.size <= MODELS_MAX) break;
    models.delete(eldest);
  }
}

/**
 * What a pool's moved replica is compared with: the model that others of the pool still have, else the last other one
 * that answered not long ago, else its own.
 */
export function recordBefore({ pools }: Baseline, { pool, model, others, sinceUnixMs }: Comparison): Times | undefined {
  const models = pools.get(pool);
  if (models === undefined) return undefined;
  const former = [...models].filter(([name]) => name !== model).toReversed();
  const present = former.find(([name]) => others.includes(name));
  const recent = former.find(([, { lastUnixMs }]) => lastUnixMs >= sinceUnixMs);
  return (present ?? recent)?.[1].times ?? models.get(model)?.times;
}

export interface Comparison {
  readonly pool: string;
  /** The moved replica's own. */
  readonly model: string;
  /** Of the other replicas of the pool. */
  readonly others: readonly string[];
  /** What answered last before this is no change of now. */
  readonly sinceUnixMs: number;
}
