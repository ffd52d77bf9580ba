import type { ProcessStat } from './proc-stat.ts';

/** What tells a group from a later one with the same number: pids come back, start times of one boot do not. */
export interface GroupIdentity {
  /** Leader's pid, group id and session id in one. */
  readonly pgid: number;
  readonly startTicks: number;
  /** `/proc/sys/kernel/random/boot_id`. */
  readonly bootId: string;
}

/**
 * The processes of a group, zombies included, from a table of all processes. Orphans whose leader is gone count by their
 * session: the kernel gives no new process a pid that is still a session's id. A leader with another start time is a
 * stranger, and so is the whole session.
 */
export function sessionOf(group: GroupIdentity, table: readonly ProcessStat[], bootId: string): readonly ProcessStat[] {
  if (group.bootId !== bootId) return [];
  const holder = table.find((process) => process.pid === group.pgid);
  if (holder !== undefined && holder.startTicks !== group.startTicks) return [];
  return table.filter((process) => process.session === group.pgid && process.startTicks >= group.startTicks);
}

/** Those of them that still run. Zombies hold nothing and do not count, unless a thread of theirs still runs. */
export function membersOf(group: GroupIdentity, table: readonly ProcessStat[], bootId: string): readonly ProcessStat[] {
  return sessionOf(group, table, bootId).filter((process) => !isOver(process));
}

/** Whether it has ended: a zombie whose threads have ended with it, or less. */
export function isOver({ state, threads }: ProcessStat): boolean {
  return state === 'X' || (state === 'Z' && threads <= 1);
}
