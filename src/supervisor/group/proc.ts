import { readFileSync, readdirSync } from 'node:fs';
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
    if (isGone(error)) return undefined;
    throw error;
  }
}

export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** ENOENT at opening, ESRCH at reading: the process ended in between. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH');
}
