import type { Log } from '../../telemetry/index.ts';
import type { CgroupIdentity } from './cgroup.ts';
import type { GroupIdentity } from './identity.ts';
import { readProcess } from './proc.ts';
import type { RecordedGroup, RecordFile } from './record.ts';

/** The groups of this life: in memory, and on disk for the next one. */
export interface Register {
  /** Throws where the process has ended or the record cannot be written. */
  add(name: string, pid: number, cgroup: CgroupIdentity | undefined): RecordedGroup;
  /** A record that cannot be written now names a group that is gone, which harms nobody; it is told. */
  remove(group: RecordedGroup): void;
}

export function createRegister(file: RecordFile, bootId: string, log: Log): Register {
  const groups = new Map<number, RecordedGroup>();
  const write = () => file.write({ groups: [...groups.values()] });
  return {
    add(name, pid, cgroup) {
      try {
        const group = { name, ...identify(pid, bootId), cgroup };
        groups.set(pid, group);
        write();
        return group;
      } catch (error) {
        groups.delete(pid);
        throw new Error(`${name} is not started: ${file.path} cannot be written`, { cause: error });
      }
    },
    remove(group) {
      groups.delete(group.pgid);
      try {
        write();
      } catch (error) {
        log.error({ err: error }, `${file.path} cannot be written; it still names a group that is gone`);
      }
    },
  };
}

function identify(pid: number, bootId: string): GroupIdentity {
  const startTicks = readProcess(pid)?.startTicks;
  if (startTicks === undefined) throw new Error(`process ${pid} ended before it could be identified; try again`);
  return { pgid: pid, startTicks, bootId };
}
