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
