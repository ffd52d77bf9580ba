import { sequencesMax, type EngineMetrics, type ReplicaPlan } from '../engine/index.ts';
import type { Capacity } from './state.ts';

/** Tokens per request where neither the engine tells its capacity nor the config a `max_model_len`. */
const TOKENS_PER_SEQUENCE_FALLBACK = 4096;

/** More KV-cache tokens than any host holds: at 1 kB each, less than any model takes, they fill a terabyte. */
export const KV_TOKENS_MAX = 1_000_000_000;

/** What an engine that tells its KV capacity cannot mean; `undefined` where it can, or tells none. */
export function absurdKvTokens({ kvTokens }: EngineMetrics): number | undefined {
  if (kvTokens === undefined || (kvTokens >= 1 && kvTokens <= KV_TOKENS_MAX)) return undefined;
  return kvTokens;
}

/** Room of a replica: as its engine tells, or where that tells nothing or nonsense what its config allows. */
export function capacityOf(metrics: EngineMetrics, plan: ReplicaPlan): Capacity {
  const atOnce = sequencesMax(plan);
  const told = absurdKvTokens(metrics) === undefined ? metrics.kvTokens : undefined;
  const allowed = atOnce * (plan.pool.maxModelLen ?? TOKENS_PER_SEQUENCE_FALLBACK);
  return { kvTokens: told ?? Math.min(allowed, KV_TOKENS_MAX), sequencesMax: atOnce };
}
