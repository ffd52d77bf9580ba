import { join } from 'node:path';
import type { Config, Paths, ReplicaDefinition } from '../config/index.ts';
import type { ReplicaPlan } from '../engine/index.ts';
import type { PoolRoute } from '../gateway/index.ts';

/** A replica's definition with the places this node gives it: its endpoint and its cache. */
export function planReplica({ engine, replica, pool, poolName }: ReplicaDefinition, paths: Paths): ReplicaPlan {
  return {
    engine,
    replica,
    pool,
    poolName,
    endpoint:
      replica.port === undefined
        ? { kind: 'unix', path: join(paths.runtime, `${replica.name}.sock`) }
        : { kind: 'tcp', host: '127.0.0.1', port: replica.port },
    cacheDirectory: join(paths.cache, 'replicas', replica.name),
  };
}

/** The names by which clients reach the pools of a config. */
export function poolRoutes(config: Config): PoolRoute[] {
  return Object.entries(config.pools).map(([pool, it]) => ({
    pool,
    model: it.servedName,
    aliases: it.aliases,
    maxModelLen: it.maxModelLen,
    maxWaitMs: config.queue.maxWaitMs,
  }));
}
