import { cgroupPids, killCgroup, type CgroupIdentity } from './cgroup.ts';
import { membersOf } from './identity.ts';
import { readProcessTable } from './proc.ts';
import type { RecordedGroup } from './record.ts';
import { signalSession } from './signal.ts';

/** Pids of a group that still run: in its session, and in its cgroup, which no setsid(2) leaves. */
export function runningPids(group: RecordedGroup, bootId: string): readonly number[] {
  const session = membersOf(group, readProcessTable(), bootId).map((member) => member.pid);
  return [...new Set([...session, ...cgroupMembers(group, bootId)])];
}

/** Sends SIGKILL to all of them; answers with the pids of whom it found. */
export function killRunning(group: RecordedGroup, bootId: string): readonly number[] {
  const session = membersOf(group, readProcessTable(), bootId);
  signalSession(session);
  const cgroup = cgroupOf(group, bootId);
  if (cgroup !== undefined) killCgroup(cgroup);
  return session.map(({ pid }) => pid);
}

/** Pids in its cgroup, where it has one. */
export function cgroupMembers(group: RecordedGroup, bootId: string): readonly number[] {
  const cgroup = cgroupOf(group, bootId);
  return cgroup === undefined ? [] : cgroupPids(cgroup);
}

/** No cgroup outlives its boot. */
export function cgroupOf(group: RecordedGroup, bootId: string): CgroupIdentity | undefined {
  return group.bootId === bootId ? group.cgroup : undefined;
}
