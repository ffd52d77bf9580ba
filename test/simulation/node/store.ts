import { createMemoryStore, type Store } from '../../../src/queue/index.ts';
import type { Ledger } from '../load/ledger.ts';
import { whileAlive, type Pulse } from './node-clock.ts';

/** Redis, which outlives a node. */
export function createSimulatedRedis(): Store {
  return createMemoryStore();
}

/** The store as one node has it: none of its answers outlives that. */
export function connect(redis: Store, ledger: Ledger, pulse: Pulse): Store {
  return {
    commit: (pool, commit) => whileAlive(redis.commit(pool, commit), pulse),
    saveQuarantine(pool, list) {
      for (const { fingerprint } of list) ledger.quarantined(fingerprint);
      return whileAlive(redis.saveQuarantine(pool, list), pulse);
    },
    recallQuarantine: (pool) => whileAlive(redis.recallQuarantine(pool), pulse),
    watch: (listener) => redis.watch(listener),
    close: () => Promise.resolve(),
  };
}
