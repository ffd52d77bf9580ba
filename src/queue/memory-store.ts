import { applyCommit, createMachine, type Machine } from './memory-machine.ts';
import type { Store } from './store.ts';

/** The store in this process's memory: the oracle of the property tests, and Redis's stand-in where none is wanted. */
export function createMemoryStore(): Store {
  const machines = new Map<string, Machine>();
  return {
    commit(pool, commit) {
      const machine = machines.get(pool) ?? createMachine();
      machines.set(pool, machine);
      return Promise.resolve(applyCommit(machine, commit));
    },
    watch: (listener) => listener({ is: 'connected' }),
    close: () => Promise.resolve(),
  };
}
