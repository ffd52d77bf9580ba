import { cgroupPids, killCgroup, type CgroupIdentity } from './cgroup.ts';
import { membersOf } from './identity.ts';
import { readProcessTable } from './proc.ts';
import type { RecordedGroup } from './record.ts';
import { signalSession } from './signal.ts';

/** Pids of a group that still run: in its session, and in its cgroup, which no setsid(2) leaves. */
export function runningPids(group: RecordedGroup, bootId: string): readonly number[] {
  const session = membersOf(group, readProcessTable(), bootId).map((member) => member.pid);
  const cgroup = cgroupOf(group, bootId);
  return [...new Set([...session, ...(cgroup === undefined ? [] : cgroupPids(cgroup))])];
}

/** Sends SIGKILL to all of them. */
export function killRunning(group: RecordedGroup, bootId: string): void {
  signalSession(membersOf(group, readProcessTable(), bootId));
  const cgroup = cgroupOf(group, bootId);
  if (cgroup !== undefined) killCgroup(cgroup);
}

/** No cgroup outlives its boot. */
export function cgroupOf(group: RecordedGroup, bootId: string): CgroupIdentity | undefined {
  return group.bootId === bootId ? group.cgroup : undefined;
}
