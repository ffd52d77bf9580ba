import { delay, systemClock, type Clock } from '../telemetry/index.ts';
import { cut } from './table.ts';
import { formatDuration, type Terminal } from './terminal.ts';

/** What takes longer shows that it lives. */
const QUIET_MS = 2000;
const TICK_MS = 1000;

/** Goes back to the line's begin and clears it (ECMA-48). */
const CLEAR_LINE = '\r\u001B[K';

/** The last line of a screen, written over and over; where standard error is none there is nothing to write on. */
export interface StatusLine {
  /** Undefined where standard error is no terminal. */
  readonly columns: number | undefined;
  write(text: string): void;
}

/** The process's own. */
const processStatusLine: StatusLine = {
  get columns() {
    return process.stderr.isTTY ? process.stderr.columns : undefined;
  },
  write: (text) => void process.stderr.write(text),
};

/**
 * Runs what may take a while, and tells its news, each a line; what was told last is no news. On a terminal, after two seconds, a last line tells what is waited
 * for and how long already; it is gone at the end.
 */
export async function withProgress<T>(
  waitingFor: string,
  terminal: Terminal,
  run: (tell: (news: string) => void) => Promise<T>,
  line: StatusLine = processStatusLine,
  clock: Clock = systemClock,
): Promise<T> {
  const startedMs = clock.nowMs();
  let shown = false;
  const clear = () => {
    if (shown) line.write(CLEAR_LINE);
    shown = false;
  };
  let last: string | undefined;
  const ending = run((news) => {
    if (news === last) return;
    last = news;
    clear();
    terminal.err(news);
  });
  const isOver = ending.then(
    () => true,
    () => true,
  );
  let waitMs = QUIET_MS;
  while (line.columns !== undefined && !(await Promise.race([isOver, delay(clock, waitMs).then(() => false)]))) {
    const text = `${waitingFor} … ${formatDuration(clock.nowMs() - startedMs)}`;
    line.write(`${CLEAR_LINE}${cut(text, Math.max(1, line.columns - 1))}`);
    shown = true;
    waitMs = TICK_MS;
  }
  return ending.finally(clear);
}
