import { rmSync } from 'node:fs';
import type { Clock, Log } from '../../telemetry/index.ts';
import { createGuard } from './guard.ts';
import { membersOf, type GroupIdentity } from './identity.ts';
import { readBootId, readProcess, readProcessTable } from './proc.ts';
import type { Command, ProcessGroup, Processes } from './process-group.ts';
import { createRecordFile, type RecordedGroup } from './record.ts';
import { signalSession } from './signal.ts';
import { spawnGated } from './spawn.ts';
import { sweepRecorded } from './sweep.ts';

export interface ProcessesEffects {
  readonly clock: Clock;
  readonly log: Log;
  /** Where groups are recorded; made if missing. Absolute. */
  readonly stateDirectory: string;
}

/** The real thing: sessions, a guard, and a record of both on disk. */
export function createProcesses(effects: ProcessesEffects): Processes {
  const { log } = effects;
  const bootId = readBootId();
  const file = createRecordFile(effects.stateDirectory);
  const guard = createGuard(effects);
  const owner = identify(process.pid);
  const recorded = new Map<number, RecordedGroup>();
  let swept: Promise<void> | undefined;

  function identify(pid: number): GroupIdentity {
    const startTicks = readProcess(pid)?.startTicks;
    if (startTicks === undefined) throw new Error(`process ${pid} ended before it could be identified; try again`);
    return { pgid: pid, startTicks, bootId };
  }

  function writeRecord(): void {
    file.write({ owner, groups: [...recorded.values()] });
  }

  function record(name: string, pid: number): GroupIdentity {
    try {
      const identity = identify(pid);
      recorded.set(pid, { name, ...identity });
      writeRecord();
      return identity;
    } catch (error) {
      recorded.delete(pid);
      throw new Error(`${name} is not started: ${file.path} cannot be written`, { cause: error });
    }
  }

  function spawn(command: Command, onLine: (text: string) => void): ProcessGroup {
    const gated = spawnGated(command, onLine);
    let identity: GroupIdentity;
    try {
      identity = record(command.name, gated.pid);
    } catch (error) {
      gated.terminate();
      throw error;
    }
    const members = () => membersOf(identity, readProcessTable(), bootId);
    void guard.add(identity.pgid).then(() => gated.open());
    return {
      pid: gated.pid,
      exited: gated.exited,
      outputEnded: gated.outputEnded,
      terminateLeader: () => gated.terminate(),
      killGroup: () => signalSession(members()),
      members: () => members().map((member) => member.pid),
      forget() {
        guard.remove(identity.pgid);
        recorded.delete(identity.pgid);
        try {
          writeRecord();
        } catch (error) {
          log.error({ err: error }, `${file.path} cannot be written; it still names a group that is gone`);
        }
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
