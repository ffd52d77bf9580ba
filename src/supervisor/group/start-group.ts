import type { Log } from '../../telemetry/index.ts';
import { removeCgroup } from './cgroup.ts';
import type { Cgroups } from './cgroups.ts';
import type { Guard } from './guard.ts';
import { killRunning, runningPids } from './members.ts';
import type { Command, ProcessGroup } from './process-group.ts';
import type { RecordedGroup } from './record.ts';
import type { Register } from './register.ts';
import { spawnGated, type Gated } from './spawn.ts';

/** Those who must know of a group before its command begins, and until it is gone. */
export interface Keepers {
  readonly register: Register;
  readonly cgroups: Cgroups;
  readonly guard: Guard;
  readonly bootId: string;
  readonly log: Log;
}

/** Starts a command as a group; it begins once the guard knows of it. Throws if it cannot be started or recorded. */
export function startGroup(command: Command, onLine: (text: string) => void, keepers: Keepers): ProcessGroup {
  const { register, guard, bootId, log } = keepers;
  const { gated, group } = prepare(command, onLine, keepers);
  void guard.add(group).then(() => gated.open());
  return {
    pid: gated.pid,
    exited: gated.exited,
    outputEnded: gated.outputEnded,
    terminateLeader: () => gated.terminate(),
    killGroup: () => killRunning(group, bootId),
    members: () => runningPids(group, bootId),
    forget() {
      guard.remove(group);
      register.remove(group);
      if (group.cgroup !== undefined) removeCgroup(group.cgroup, log);
    },
  };
}

/** On record, and held at the gate. What does not get that far leaves nothing. */
function prepare(
  command: Command,
  onLine: (text: string) => void,
  { cgroups, register, log }: Keepers,
): { readonly gated: Gated; readonly group: RecordedGroup } {
  const cgroup = cgroups.create(command.name);
  let gated: Gated | undefined;
  try {
    gated = spawnGated(command, cgroup, onLine);
    return { gated, group: register.add(command.name, gated.pid, cgroup) };
  } catch (error) {
    gated?.terminate();
    if (cgroup !== undefined) void Promise.resolve(gated?.exited).then(() => removeCgroup(cgroup, log));
    throw error;
  }
}
