import type { Config } from './config.ts';
import type { EngineConfig, PoolConfig, ReplicaConfig } from './schema.ts';

/** All that decides how one replica runs. */
export interface ReplicaDefinition {
  readonly replica: ReplicaConfig;
  readonly poolName: string;
  readonly pool: PoolConfig;
  readonly engine: EngineConfig;
}

/** Keys of a replica that are taken while its engine runs. */
const REPLICA_IN_PLACE: ReadonlySet<string> = new Set(['restart']);

/** Keys of a pool that its engines need not know: requests reach them by the pool's own name. */
export const POOL_IN_PLACE: ReadonlySet<string> = new Set(['aliases', 'minReady', 'objectives']);

const NONE: ReadonlySet<string> = new Set();

/** The definition of every replica, by name, in the file's order. */
export function replicaDefinitions(config: Config): ReadonlyMap<string, ReplicaDefinition> {
  return new Map(
    config.replicas.flatMap((replica) => {
      const pool = config.pools[replica.pool];
      return pool === undefined
        ? []
        : [[replica.name, { replica, poolName: replica.pool, pool, engine: engineOf(replica, config) }]];
    }),
  );
}

/** A replica with a `url` is somebody else's engine, whatever the others are. */
function engineOf({ url }: ReplicaConfig, { engine }: Config): EngineConfig {
  return url === undefined ? engine : { kind: 'external', env: {} };
}

/** What differs between two definitions of a replica so that its engine has to be started anew; empty where nothing does. */
export function rollingKeys(from: ReplicaDefinition, to: ReplicaDefinition): readonly string[] {
  return [
    ...differingKeys(from.replica, to.replica, REPLICA_IN_PLACE),
    ...differingKeys(from.pool, to.pool, POOL_IN_PLACE).map((key) => `pool.${key}`),
    ...differingKeys(from.engine, to.engine, NONE).map((key) => `engine.${key}`),
  ];
}

/** The keys whose values differ, without those in `except`. */
export function differingKeys(from: object, to: object, except: ReadonlySet<string> = NONE): readonly string[] {
  const left = new Map<string, unknown>(Object.entries(from));
  const right = new Map<string, unknown>(Object.entries(to));
  return [...new Set([...left.keys(), ...right.keys()])].filter(
    (key) => !except.has(key) && !Bun.deepEquals(left.get(key), right.get(key)),
  );
}
