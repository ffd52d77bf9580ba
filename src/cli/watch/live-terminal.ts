import { writeSync } from 'node:fs';
import type { ScreenSize } from './screen.ts';

/** What a live screen is shown on. */
export interface LiveTerminal {
  size(): ScreenSize;
  write(text: string): void;
  /** Something that asks for another frame, or for the end. Told until `close`. */
  onEvent(listener: (event: 'resized' | 'quit') => void): void;
  /** Writes `last` and gives the terminal back, also where the program ends in another way. A second call does nothing. */
  close(): void;
}

/** Keys that end: q, Ctrl-C, Ctrl-D, Escape. */
const QUIT_KEYS = new Set(['q', 'Q', '\u0003', '\u0004', '\u001B']);
const QUIT_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const STDOUT = 1;

/** The size where a terminal tells none, as a serial line does. */
const SIZE_UNTOLD: ScreenSize = { columns: 80, rows: 24 };

/** The process's own terminal, keys unechoed; undefined where standard output is none. `last` is what gives it back. */
export function openLiveTerminal(last: string): LiveTerminal | undefined {
  const { stdin, stdout } = process;
  if (!stdout.isTTY) return undefined;
  const undo: (() => void)[] = [];
  const close = () => {
    for (const it of undo.splice(0).toReversed()) it();
  };
  undo.push(() => writeAll(last));
  const onExit = () => close(); // whatever ends the program: an error nobody caught too
  process.on('exit', onExit);
  undo.push(() => void process.off('exit', onExit));
  return {
    size: () => (stdout.columns > 0 ? { columns: stdout.columns, rows: stdout.rows } : SIZE_UNTOLD),
    write: (text) => void stdout.write(text),
    onEvent(listener) {
      const onResize = () => listener('resized');
      const onQuit = () => listener('quit');
      stdout.on('resize', onResize);
      for (const it of QUIT_SIGNALS) process.on(it, onQuit);
      undo.push(() => {
        stdout.off('resize', onResize);
        for (const it of QUIT_SIGNALS) process.off(it, onQuit);
      });
      if (stdin.isTTY) undo.push(readKeys(onQuit));
    },
    close,
  };
}

function readKeys(onQuit: () => void): () => void {
  const { stdin } = process;
  const onData = (piece: Buffer) => {
    if (QUIT_KEYS.has(piece.toString())) onQuit();
  };
  stdin.setRawMode(true);
  stdin.on('data', onData);
  return () => {
    stdin.off('data', onData);
    stdin.setRawMode(false);
    stdin.pause();
  };
}

/** At once, for nothing is written after the end of a program. A terminal that is gone takes nothing more. */
function writeAll(text: string): void {
  try {
    writeSync(STDOUT, text);
  } catch {
    // hung up
  }
}
