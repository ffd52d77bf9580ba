/** One process as `/proc/PID/stat` tells it (proc(5)). */
export interface ProcessStat {
  readonly pid: number;
  /** Command name, or what the process calls itself: the first 15 bytes (proc_pid_comm(5)). */
  readonly comm: string;
  /** One letter: `R`, `S`, `D`, `Z` … */
  readonly state: string;
  readonly processGroup: number;
  readonly session: number;
  /** Running threads: a process whose main thread has ended shows `Z` while others go on, and hold the card. */
  readonly threads: number;
  /** Since boot, in clock ticks. With the boot's id it tells a process from a later one with the same pid. */
  readonly startTicks: number;
}

/** Fields of `/proc/PID/stat` after the command name, counted from the state. */
const STATE = 0;
const PROCESS_GROUP = 2;
const SESSION = 3;
const THREADS = 17;
const START_TIME = 19;

/**
 * Reads a line of `/proc/PID/stat`. The command name stands in parentheses and may hold spaces and parentheses of its
 * own, so the fields are counted from the last one. `undefined` for what is no such line.
 */
export function parseProcessStat(text: string): ProcessStat | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const fields = text
    .slice(close + 1)
    .trim()
    .split(' ');
  const stat = {
    pid: Number(text.slice(0, open)),
    comm: text.slice(open + 1, close),
    state: fields[STATE] ?? '',
    processGroup: Number(fields[PROCESS_GROUP]),
    session: Number(fields[SESSION]),
    threads: Number(fields[THREADS]),
    startTicks: Number(fields[START_TIME]),
  };
  const isWhole = [stat.pid, stat.processGroup, stat.session, stat.threads, stat.startTicks].every(
    Number.isSafeInteger,
  );
  return isWhole && stat.pid > 0 && stat.state !== '' ? stat : undefined;
}
