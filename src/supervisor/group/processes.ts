import { rmSync } from 'node:fs';
import type { Clock, Log } from '../../telemetry/index.ts';
import { removeCgroup } from './cgroup.ts';
import { createCgroups } from './cgroups.ts';
import { createGuard } from './guard.ts';
import { killRunning, runningPids } from './members.ts';
import { readBootId } from './proc.ts';
import type { Command, ProcessGroup, Processes } from './process-group.ts';
import { createRecordFile, type RecordedGroup } from './record.ts';
import { createRegister } from './register.ts';
import { spawnGated, type Gated } from './spawn.ts';
import { sweepRecorded } from './sweep.ts';

export interface ProcessesEffects {
  readonly clock: Clock;
  readonly log: Log;
  /** Where groups are recorded; made if missing. Absolute. */
  readonly stateDirectory: string;
}

/** The real thing: sessions, cgroups where there are any, a guard, and a record of all on disk. */
export function createProcesses(effects: ProcessesEffects): Processes {
  const { log, stateDirectory } = effects;
  const bootId = readBootId();
  const file = createRecordFile(stateDirectory);
  const register = createRegister(file, bootId, log);
  const cgroups = createCgroups(log);
  const guard = createGuard(effects);
  let swept: Promise<void> | undefined;

  /** On record, and held at the gate. What does not get that far leaves nothing. */
  function prepare(command: Command, onLine: (text: string) => void): { gated: Gated; group: RecordedGroup } {
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

  function spawn(command: Command, onLine: (text: string) => void): ProcessGroup {
    const { gated, group } = prepare(command, onLine);
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

  return {
    sweep: () => (swept ??= sweepRecorded(file, { ...effects, bootId })),
    spawn,
    removeSocket: (path) => rmSync(path, { force: true }),
    async close() {
      await guard.close();
      file.remove();
    },
  };
}
