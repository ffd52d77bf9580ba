import type { EngineConfig, PoolConfig, ReplicaConfig } from '../config/index.ts';
import type { Endpoint } from './endpoint.ts';

/** One replica as its engine needs to know it: whole, so that a reload reaches it only with a new plan. */
export interface ReplicaPlan {
  readonly engine: EngineConfig;
  readonly replica: ReplicaConfig;
  readonly pool: PoolConfig;
  readonly poolName: string;
  readonly endpoint: Endpoint;
  /** A directory of this replica's own for compile caches; kept across restarts. Absolute. */
  readonly cacheDirectory: string;
}

/** What to run for a replica. `env` is the child's whole environment. */
export interface Launch {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}

/** Steps of a start that an engine's log tells of, in order. */
export const START_PHASES = [
  'spawned',
  'configuring',
  'loading',
  'compiling',
  'kv_cache',
  'capturing',
  'listening',
] as const;
export type StartPhase = (typeof START_PHASES)[number];
