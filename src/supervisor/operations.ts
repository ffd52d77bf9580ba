import type { Admission } from './admission.ts';
import type { ReplicaStatus } from './fleet.ts';
import type { Listeners } from './output/listeners.ts';
import type { RunningReplica } from './replica/run.ts';
import type { Roster } from './roster.ts';
import type { OperationResult, Supervisor } from './supervisor.ts';
import { telling } from './telling.ts';
import { drain, restart, resume } from './wishes.ts';

export type Operations = Pick<Supervisor, 'restart' | 'drain' | 'resume'>;

type Operation = (replica: RunningReplica) => Promise<OperationResult>;

/** What an operator may ask of a replica, each admitted first. */
export function createOperations(
  roster: Roster,
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

  return {
    restart(name, progress) {
      const operation = operate(name, (replica) => restart(replica, progress));
      return telling(progress, name, transitions, operation);
    },
    drain: (name) => operate(name, drain),
    resume: (name) => operate(name, resume),
  };
}
