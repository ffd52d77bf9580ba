import type { ReplicaPlan } from '../../engine/index.ts';
import type { Capacity } from '../../health/index.ts';
import type { Dispatch } from '../effects.ts';

/** Whether a replica is given work. */
export interface Traffic {
  open(capacity: Capacity): void;
  /** Calls back once nothing runs on it, unless it was opened again meanwhile. */
  close(idle: () => void): void;
}

export function createTraffic({ replica: { name }, poolName }: ReplicaPlan, dispatch: Dispatch): Traffic {
  let changes = 0;
  return {
    open(capacity) {
      changes += 1;
      dispatch.open(name, poolName, capacity);
    },
    close(idle) {
      changes += 1;
      const mine = changes;
      void dispatch.close(name).then(() => {
        if (mine === changes) idle();
      });
    },
  };
}
