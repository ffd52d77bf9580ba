import { writeSync } from 'node:fs';

/** Which of vLLM's two processes writes. */
export type LogSource = 'APIServer' | 'EngineCore';

/** Writes lines in the shape of vLLM's log: `(APIServer pid=1) INFO 11-21 00:16:27 [file.py:1] text`. */
export interface EngineLog {
  info(file: string, text: string): void;
  error(file: string, text: string): void;
  /** A line without level and date: uvicorn's, progress bars, the last line of a traceback. */
  plain(text: string): void;
  /** One state of a bar that is drawn over itself; `last` ends its line. */
  bar(text: string, state: 'first' | 'next' | 'last'): void;
}

const STDOUT = 1;

/** `pid` is another's where the leader puts words into its core's mouth. */
export function createEngineLog(source: LogSource, pid = process.pid): EngineLog {
  const prefix = `(${source} pid=${pid})`;
  const tell = (level: string, file: string, text: string) =>
    writeLine(`${prefix} ${level} ${stamp(new Date())} [${file}] ${text}`);
  return {
    info: (file, text) => tell('INFO', file, text),
    error: (file, text) => tell('ERROR', file, text),
    plain: (text) => writeLine(`${prefix} ${text}`),
    bar: (text, state) => write(`\r${state === 'first' ? `${prefix} ` : ''}${text}${state === 'last' ? '\n' : ''}`),
  };
}

const writeLine = (line: string): void => write(`${line}\n`);

/** Writes at once, so that the last words of a dying process are read. */
function write(text: string): void {
  try {
    writeSync(STDOUT, text);
  } catch {
    // Nobody reads any more. Python's logging goes on as well, and an orphan must.
  }
}

const two = (value: number): string => String(value).padStart(2, '0');

function stamp(now: Date): string {
  const day = `${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `${day} ${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
}
