import { applyCommit, createMachine, type Machine } from './memory-machine.ts';
import type { Quarantined, Store } from './store.ts';

/** The store in this process's memory: the oracle of the property tests, and Redis's stand-in where none is wanted. */
export function createMemoryStore(): Store {
  const machines = new Map<string, Machine>();
  const quarantines = new Map<string, readonly Quarantined[]>();
  return {
    commit(pool, commit) {
      const machine = machines.get(pool) ?? createMachine();
      machines.set(pool, machine);
      return Promise.resolve(applyCommit(machine, commit));
    },
    saveQuarantine(pool, list) {
      quarantines.set(pool, list);
      return Promise.resolve();
    },
    recallQuarantine: (pool) => Promise.resolve((quarantines.get(pool) ?? []).toSorted(earliestEndFirst)),
    watch: (listener) => listener({ is: 'connected' }),
    close: () => Promise.resolve(),
  };
}

/** As a sorted set keeps them. */
function earliestEndFirst(one: Quarantined, other: Quarantined): number {
  return one.untilUnixMs - other.untilUnixMs || (one.fingerprint < other.fingerprint ? -1 : 1);
}
