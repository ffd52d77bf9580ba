import type { Clock, Log } from '../../telemetry/index.ts';
import { removeCgroup } from './cgroup.ts';
import type { Cgroups } from './cgroups.ts';
import { createEverMembers } from './ever-members.ts';
import type { Guard } from './guard.ts';
import { killRunning, runningPids } from './members.ts';
import { countOomKills } from './oom-kills.ts';
import type { Command, ProcessGroup } from './process-group.ts';
import type { RecordedGroup } from './record.ts';
import type { Register } from './register.ts';
import type { RollCall } from './roll-call.ts';
import { spawnGated, type Gated } from './spawn.ts';
import type { VitalWatch } from './vital-watch.ts';

/** Those who must know of a group before its command begins, and until it is gone. */
export interface Keepers {
  readonly register: Register;
  readonly cgroups: Cgroups;
  readonly guard: Guard;
  readonly vitalWatch: VitalWatch;
  readonly rollCall: RollCall;
  readonly clock: Clock;
  readonly bootId: string;
  readonly log: Log;
}

/** Starts a command as a group; it begins once the guard knows of it. Throws if it cannot be started or recorded. */
export function startGroup(command: Command, onLine: (text: string) => void, keepers: Keepers): ProcessGroup {
  const { register, guard, vitalWatch, rollCall, clock, bootId, log } = keepers;
  let isUnwatched = true;
  const { gated, group } = prepare(command, takeLine, keepers);
  const ever = createEverMembers(group.pgid);
  const oomKills = countOomKills(group.cgroup, clock);

  /** What is said is said by somebody: of the core of a start nothing else may ever be seen. */
  function takeLine(text: string): void {
    onLine(text);
    if (isUnwatched) rollCall.ask(group, ever.seen);
  }

  function endRollCall(): void {
    isUnwatched = false;
    rollCall.drop(group);
  }

  void guard.add(group).then(() => gated.open());
  return {
    pid: gated.pid,
    exited: gated.exited,
    outputEnded: gated.outputEnded,
    terminateLeader: () => gated.terminate(),
    killGroup: () => void ever.seen(killRunning(group, bootId)),
    members: () => ever.seen(runningPids(group, bootId)),
    everMembers: () => ever.all(),
    onVitalDeath(isVital, lost) {
      endRollCall();
      return vitalWatch.watch({ group, isVital, lost, seen: ever.seen });
    },
    oomKills: () => oomKills.count(),
    forget() {
      endRollCall();
      oomKills.stop();
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
  { cgroups, register, clock, log }: Keepers,
): { readonly gated: Gated; readonly group: RecordedGroup } {
  const cgroup = cgroups.create(command.name);
  let gated: Gated | undefined;
  try {
    gated = spawnGated(command, cgroup, clock, onLine);
    return { gated, group: register.add(command.name, gated.pid, cgroup) };
  } catch (error) {
    gated?.terminate();
    if (cgroup !== undefined) void Promise.resolve(gated?.exited).then(() => removeCgroup(cgroup, log));
    throw error;
  }
}
