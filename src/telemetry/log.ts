import { writeSync } from 'node:fs';
import pino from 'pino';

/** The log as rooms see it: structured fields first, then a sentence. */
export type Log = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error'>;

const STDERR = 2;

/** A log whose level may change. */
export type LeveledLog = Log & Pick<pino.Logger, 'level'>;

/** JSON lines on stderr, one per event. Written at once: pino's transports need workers, which a compiled binary lacks. */
export function createLog(level: string): LeveledLog {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    lossy((line) => writeSync(STDERR, line)),
  );
}

/**
 * A destination that loses a line rather than throw: a full disk behind stderr must not stop what is logged about. How
 * many were lost is told with the next line that can be written.
 */
export function lossy(write: (line: string) => void): { write(line: string): void } {
  let lost = 0;
  return {
    write(line) {
      try {
        if (lost > 0) write(`${JSON.stringify({ level: 50, msg: `${lost} lines of the log could not be written` })}\n`);
        lost = 0;
        write(line);
      } catch {
        lost += 1;
      }
    },
  };
}

/** A log that says nothing, for tests. */
export const silentLog: Log = pino({ level: 'silent' });
