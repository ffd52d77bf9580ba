import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in /proc/PID/stat: USER_HZ, 100 on every architecture that Linux runs Bun on (proc_pid_stat(5)). */
const TICKS_PER_SECOND = 100;

/** One process, as /proc/PID/stat tells of it. */
export interface ProcessStat {
  readonly pid: number;
  readonly name: string;
  readonly parent: number;
  /** User and system time of all its threads; ended ones too, children not. */
  readonly cpuSeconds: number;
  /** Ticks after boot; with the pid it names a process for good. */
  readonly startedAtTicks: number;
}

/** Reads the one line of /proc/PID/stat; the name stands in parentheses and may hold any character. */
export function parseStat(text: string): ProcessStat {
  const [, pid, name = '', rest = ''] = /^(\d+) \((.*)\) (.*)$/s.exec(text.trim()) ?? [];
  // Fields 3 and on of the manual page, from index 0.
  const fields = rest.split(' ').map(Number);
  const [parent, utime, stime, startedAtTicks] = [fields[1], fields[11], fields[12], fields[19]];
  if (parent === undefined || utime === undefined || stime === undefined || startedAtTicks === undefined) {
    throw new Error(`not a line of /proc/PID/stat: ${JSON.stringify(text.slice(0, 80))}`);
  }
  return { pid: Number(pid), name, parent, cpuSeconds: (utime + stime) / TICKS_PER_SECOND, startedAtTicks };
}

/** Resident memory from the text of /proc/PID/status; a zombie has none. */
export function parseResidentBytes(status: string): number {
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

/** Throws when there is no such process. */
export function readStat(pid: number): ProcessStat {
  return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

export function readResidentBytes(pid: number): number {
  return parseResidentBytes(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

/** All processes that come from `pid`, nearest first; itself not. */
export function descendants(pid: number): readonly ProcessStat[] {
  const all = readdirSync('/proc').flatMap((it) => (/^\d+$/.test(it) ? tryReadStat(Number(it)) : []));
  const found: ProcessStat[] = [];
  for (let parents = [pid]; parents.length > 0;) {
    const children = all.filter((it) => parents.includes(it.parent));
    found.push(...children);
    parents = children.map((it) => it.pid);
  }
  return found;
}

/** Whether it still runs, and is no other process with the same number. */
export function isAlive({ pid, startedAtTicks }: ProcessStat): boolean {
  return tryReadStat(pid)[0]?.startedAtTicks === startedAtTicks;
}

/** Empty when it ended meanwhile. */
function tryReadStat(pid: number): readonly ProcessStat[] {
  try {
    return [readStat(pid)];
  } catch {
    return [];
  }
}
