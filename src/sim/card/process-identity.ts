import { readFileSync } from 'node:fs';

/** Field 22 of /proc/PID/stat counted from the state, which is field 3. */
const START_AFTER_STATE = 19;

/** When a process started, in clock ticks since boot (proc_pid_stat(5)); `undefined` for one that is gone or a zombie. */
export function startTicksOf(pid: number | 'self'): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before may hold anything
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined; // its memory is given back before it is reaped
    return Number(fields[START_AFTER_STATE]);
  } catch {
    return undefined; // no such process
  }
}
