import { join } from 'node:path';
import type { Config, EngineConfig, Paths, ReplicaConfig, ReplicaDefinition } from '../config/index.ts';
import { endpointOf, type Endpoint, type ReplicaPlan } from '../engine/index.ts';
import type { PoolRoute } from '../gateway/index.ts';

/** A replica's definition with the places this node gives it: its endpoint and its cache. */
export function planReplica({ engine, replica, pool, poolName }: ReplicaDefinition, paths: Paths): ReplicaPlan {
  return {
    engine: withCards(engine, paths),
    replica,
    pool,
    poolName,
    endpoint: endpointFor(replica, paths),
    cacheDirectory: join(paths.cache, 'replicas', replica.name),
  };
}

function endpointFor({ name, port, url }: ReplicaConfig, paths: Paths): Endpoint {
  if (url !== undefined) return endpointOf(url);
  if (port !== undefined) return { kind: 'tcp', host: '127.0.0.1', port };
  return { kind: 'unix', path: join(paths.runtime, `${name}.sock`) };
}

/** Where simulated engines keep the books of their cards' memory. */
export function simulatedCards(paths: Paths): string {
  return join(paths.runtime, 'sim-cards');
}

function withCards(engine: EngineConfig, paths: Paths): EngineConfig {
  if (engine.kind !== 'sim') return engine;
  return { ...engine, env: { SSW_SIM_CARD_LEDGER: simulatedCards(paths), ...engine.env } };
}

/**
 * The names by which clients reach the pools of a config. While a pool is rolled, replicas before and after the change take
 * requests side by side, and its own name is the only one that both answer to: real name and aliases may have changed. Who
 * sends to an engine that somebody else runs, and that knows no pools, puts the name of its model in.
 */
export function poolRoutes(config: Config): PoolRoute[] {
  return Object.entries(config.pools).map(([pool, it]) => ({
    pool,
    model: it.servedName,
    engineModel: pool,
    aliases: it.aliases,
    maxModelLen: it.maxModelLen,
    maxWaitMs: config.queue.maxWaitMs,
  }));
}
