import { readFileSync, readdirSync } from 'node:fs';
import { failedWith } from './errno.ts';
import { parseProcessStat, type ProcessStat } from './proc-stat.ts';

/** All processes that can be seen; those that end meanwhile are left out. */
export function readProcessTable(): readonly ProcessStat[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((entry) => readProcess(Number(entry)))
    .filter((process) => process !== undefined);
}

/** One process; `undefined` once it has been reaped. */
export function readProcess(pid: number): ProcessStat | undefined {
  try {
    return parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    if (failedWith(error, 'ENOENT', 'ESRCH')) return undefined; // at opening, at reading: it ended in between
    throw error;
  }
}

export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
