import type { ReplicaPlan } from '../engine/index.ts';
import { STOPPING, type Admission } from './admission.ts';
import type { RunningReplica } from './replica/run.ts';
import type { Roster } from './roster.ts';
import type { OperationResult, Progress } from './supervisor.ts';
import { DONE, restart, stop } from './wishes.ts';

/** How replicas come and go. A replica that goes down with its node stays in the roster. */
export interface Rollout {
  add(plan: ReplicaPlan, progress: Progress): Promise<OperationResult>;
  replace(before: RunningReplica, plan: ReplicaPlan, progress: Progress): Promise<OperationResult>;
  remove(replica: RunningReplica, progress: Progress): Promise<OperationResult>;
}

export function createRollout(roster: Roster, admission: Admission): Rollout {
  async function takeDown(replica: RunningReplica, progress: Progress): Promise<OperationResult> {
    const result = await stop(replica, progress);
    return admission.isStopping() ? STOPPING : result;
  }

  return {
    async add(plan, progress) {
      const { name } = plan.replica;
      return roster.find(name) === undefined
        ? restart(roster.put(plan), progress)
        : { ok: false, message: `there is a replica called ${name} already` };
    },
    async replace(before, plan, progress) {
      // A replica that moves leaves its old card before it asks for the new one: never two engines of one name.
      const down = await takeDown(before, progress);
      return down.ok ? restart(roster.put(plan), progress) : down;
    },
    async remove(replica, progress) {
      const down = await takeDown(replica, progress);
      if (!down.ok) return down;
      roster.remove(replica.plan.replica.name);
      return DONE;
    },
  };
}
