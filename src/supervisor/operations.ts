import type { Admission, Change } from './admission.ts';
import type { ReplicaStatus } from './fleet.ts';
import type { Listeners } from './output/listeners.ts';
import type { RunningReplica } from './replica/run.ts';
import type { Rollout } from './rollout.ts';
import type { Roster } from './roster.ts';
import type { OperationResult, Progress, Supervisor } from './supervisor.ts';
import { telling } from './telling.ts';
import { drain, restart, resume } from './wishes.ts';

export type Operations = Pick<Supervisor, 'restart' | 'drain' | 'resume' | 'add' | 'replace' | 'remove'>;

type Operation = (replica: RunningReplica) => Promise<OperationResult>;

/** What an operator and a reload may ask of a replica, each admitted first. */
export function createOperations(
  roster: Roster,
  rollout: Rollout,
  admission: Admission,
  transitions: Listeners<ReplicaStatus>,
): Operations {
  async function find(name: string, operation: Operation): Promise<OperationResult> {
    const replica = roster.find(name);
    return replica === undefined ? { ok: false, message: `no replica is called ${name}` } : operation(replica);
  }

  function operate(name: string, operation: Operation): Promise<OperationResult> {
    return admission.operate(name, () => find(name, operation));
  }

  function change(name: string, word: Change, progress: Progress, operation: () => Promise<OperationResult>) {
    return telling(progress, name, transitions, admission.change(name, word, operation));
  }

  return {
    restart(name, progress) {
      const operation = operate(name, (replica) => restart(replica, progress));
      return telling(progress, name, transitions, operation);
    },
    drain: (name) => operate(name, drain),
    resume: (name) => operate(name, resume),
    add: (plan, progress) => change(plan.replica.name, 'added', progress, () => rollout.add(plan, progress)),
    replace(plan, progress) {
      const { name } = plan.replica;
      const replace: Operation = (before) => rollout.replace(before, plan, progress);
      return change(name, 'replaced', progress, () => find(name, replace));
    },
    remove(name, progress) {
      const remove: Operation = (replica) => rollout.remove(replica, progress);
      return change(name, 'removed', progress, () => find(name, remove));
    },
  };
}
