import { inspectMachine, originIn } from './inspect-memory.ts';
import { applyCommit, createMachine, type Machine } from './machine/index.ts';
import type { Quarantined, Store } from './store.ts';

/** What stores in one process share, as nodes share a Redis. By pool. */
export interface Memory {
  readonly machineOf: (pool: string) => Machine;
  readonly quarantines: Map<string, Map<string, number>>;
}

/** An empty one. `clockUs` is the store's time in µs; `bell` hears of each pool whose line got something for others. */
export function createMemory(clockUs: () => number, bell: (pool: string) => void = () => undefined): Memory {
  const machines = new Map<string, Machine>();
  return {
    machineOf(pool) {
      const machine = machines.get(pool) ?? createMachine(clockUs, () => bell(pool));
      machines.set(pool, machine);
      return machine;
    },
    quarantines: new Map(),
  };
}

/**
 * The store in this process's memory: the oracle of the property tests, and Redis's stand-in where there is none. A
 * quarantined request stays until it is pardoned; whoever reads the list minds its end.
 */
export function createMemoryStore({ machineOf, quarantines }: Memory): Store {
  return {
    commit: (pool, commit) => Promise.resolve(applyCommit(machineOf(pool), commit)),
    condemn(pool, list) {
      const ends = quarantines.get(pool) ?? new Map<string, number>();
      for (const { fingerprint, untilUnixMs } of list) {
        ends.set(fingerprint, Math.max(untilUnixMs, ends.get(fingerprint) ?? 0));
      }
      quarantines.set(pool, ends);
      return Promise.resolve();
    },
    pardon(pool, fingerprint) {
      if (fingerprint === 'all') quarantines.delete(pool);
      else quarantines.get(pool)?.delete(fingerprint);
      return Promise.resolve();
    },
    quarantined(pool) {
      const list = [...(quarantines.get(pool) ?? [])].map(([fingerprint, untilUnixMs]) => ({
        fingerprint,
        untilUnixMs,
      }));
      return Promise.resolve(list.toSorted(earliestEndFirst));
    },
    inspect: (pool) => Promise.resolve(inspectMachine(machineOf(pool))),
    originOf: (pool, id) => Promise.resolve(originIn(machineOf(pool), id)),
    watch: (listener) => listener({ is: 'connected' }),
    close: () => Promise.resolve(),
  };
}

/** As a sorted set keeps them. */
function earliestEndFirst(one: Quarantined, other: Quarantined): number {
  return one.untilUnixMs - other.untilUnixMs || (one.fingerprint < other.fingerprint ? -1 : 1);
}
