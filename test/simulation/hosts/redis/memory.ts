import { createMachine, type Machine } from '../../../../src/queue/machine/index.ts';
import type { Memory } from '../../../../src/queue/memory-store.ts';
import { copyOf } from './copy.ts';

/** What a Redis holds, and what one behind it held a while ago. */
export interface ReplicatedMemory extends Memory {
  /** The machines of one pool, as they are. */
  machineOf(pool: string): Machine;
  /** Its replica hears nothing from now on. */
  fork(): void;
  /** The replica becomes the master. */
  promote(): void;
}

/** What can be forgotten. */
interface Kept {
  readonly machines: Map<string, Machine>;
  readonly quarantines: Map<string, Map<string, number>>;
}

export function createReplicatedMemory(clockUs: () => number, bell: (pool: string) => void): ReplicatedMemory {
  let kept: Kept = { machines: new Map(), quarantines: new Map() };
  let replica: Kept | undefined;
  return {
    machineOf(pool) {
      const machine = kept.machines.get(pool) ?? createMachine(clockUs, () => bell(pool));
      kept.machines.set(pool, machine);
      return machine;
    },
    get quarantines() {
      return kept.quarantines;
    },
    fork() {
      replica = {
        machines: new Map([...kept.machines].map(([pool, machine]) => [pool, copyOf(machine)])),
        quarantines: structuredClone(kept.quarantines),
      };
    },
    promote() {
      kept = replica ?? kept;
      replica = undefined;
    },
  };
}
