import type { ReplicaPlan } from '../../engine/index.ts';
import type { Capacity } from '../../health/index.ts';
import type { Dispatch } from '../effects.ts';

/** Whether a replica is given work. */
export interface Traffic {
  open(capacity: Capacity, share: number): void;
  /** Calls back once nothing runs on it, unless it was opened again meanwhile. Rejects where that cannot be known. */
  close(idle: () => void): Promise<void>;
  /** Its engine ends: whether what breaks there is a death. */
  end(ending: 'asked' | 'unasked'): void;
}

export function createTraffic({ replica: { name }, poolName, pool }: ReplicaPlan, dispatch: Dispatch): Traffic {
  let changes = 0;
  return {
    open(capacity, share) {
      changes += 1;
      dispatch.open(name, poolName, capacity, pool.servedName, share);
    },
    async close(idle) {
      changes += 1;
      const mine = changes;
      await dispatch.close(name);
      if (mine === changes) idle();
    },
    end: (ending) => dispatch.end(name, ending),
  };
}
