import { closeSync, constants, openSync, readFileSync, rmdirSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../telemetry/index.ts';
import { failedWith } from './errno.ts';

/** A cgroup of the v2 hierarchy. A path may come back; the inode, the kernel's id of a cgroup, does not in one boot. */
export interface CgroupIdentity {
  /** Its directory, absolute. */
  readonly path: string;
  /** In decimal: 64 bits. */
  readonly inode: string;
}

/** The cgroup that has this directory now. */
export function identifyCgroup(path: string): CgroupIdentity {
  return { path, inode: String(statSync(path, { bigint: true }).ino) };
}

/**
 * The processes in a cgroup, also those that left their session; none once it is removed. Zombies are not listed. 0 is
 * a process of a namespace that cannot be seen from here (cgroups(7)).
 */
export function cgroupPids(cgroup: CgroupIdentity): readonly number[] {
  try {
    if (!isThere(cgroup)) return [];
    return readFileSync(join(cgroup.path, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  } catch (error) {
    if (isRemoved(error)) return [];
    throw error;
  }
}

/** SIGKILL to all in it and below it; before Linux 5.14, which brought `cgroup.kill`, to one after another in it. */
export function killCgroup(cgroup: CgroupIdentity): void {
  try {
    if (isThere(cgroup)) writeControl(join(cgroup.path, 'cgroup.kill'), '1');
  } catch (error) {
    if (!isRemoved(error)) throw new Error(`${cgroup.path} cannot be killed; is it another user's?`, { cause: error });
    for (const pid of cgroupPids(cgroup).filter((it) => it > 0)) killProcess(pid);
  }
}

/** Once nobody is in it or below it. An empty one harms nobody, so it is only told if it cannot be removed. */
export function removeCgroup(cgroup: CgroupIdentity, log: Log): void {
  try {
    if (isThere(cgroup)) rmdirSync(cgroup.path);
  } catch (error) {
    if (!isRemoved(error))
      log.warn({ cgroup: cgroup.path, err: error }, 'a cgroup cannot be removed; is it still in use?');
  }
}

function isThere(cgroup: CgroupIdentity): boolean {
  return identifyCgroup(cgroup.path).inode === cgroup.inode;
}

/** Writes to a file of a cgroup. Opens for writing alone, for `cgroup.kill` cannot be read, and makes nothing, for it may not be there. */
export function writeControl(path: string, text: string): void {
  const file = openSync(path, constants.O_WRONLY);
  try {
    writeSync(file, text);
  } finally {
    closeSync(file);
  }
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!failedWith(error, 'ESRCH')) throw error;
  }
}

/** ENOENT at opening, ENODEV at reading or writing: the cgroup was removed in between. */
function isRemoved(error: unknown): boolean {
  return failedWith(error, 'ENOENT', 'ENODEV');
}
