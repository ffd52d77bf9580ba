import type { Cancel, Clock } from '../../telemetry/index.ts';
import { createLineSplitter } from './lines.ts';

/** What is taken of one output in a second, less than is kept in all. vLLM writes some hundred lines in a whole start. */
export const LINES_PER_SECOND_MAX = 1_000;
export const BYTES_PER_SECOND_MAX = 1024 * 1024;

/** Taken at the end of a second that had more: an engine's last words may come after a flood. */
export const LAST_LINES_MAX = 200;
const LAST_BYTES_MAX = 65_536;

const SECOND_MS = 1_000;
const LINE_FEED = new Uint8Array([0x0a]);

/** The lines of an output; of a flood, as many as cost little. */
export interface LineMeter {
  push(bytes: Uint8Array): void;
  /** More has come in this second than is taken of it: there is no hurry to read on. */
  isSpent(): boolean;
  /** The output is over. */
  end(): void;
}

/**
 * Of each second the first lines up to the budget and the last `LAST_LINES_MAX` are taken; those between are counted,
 * not decoded, and one line says how many they were. Bytes that are no UTF-8 become U+FFFD.
 */
export function createLineMeter(clock: Clock, onLine: (text: string) => void): LineMeter {
  const decoder = new TextDecoder();
  const lines = createLineSplitter(take);
  let cancelTurn: Cancel | undefined;
  let taken = 0;
  let takenBytes = 0;
  let dropped = 0;
  let tail = new Uint8Array();

  function take(line: Uint8Array): void {
    cancelTurn ??= clock.after(SECOND_MS, turn);
    if (dropped > 0 || taken === LINES_PER_SECOND_MAX || takenBytes + line.length > BYTES_PER_SECOND_MAX) {
      dropped += 1;
      return;
    }
    taken += 1;
    takenBytes += line.length;
    onLine(decoder.decode(line));
  }

  /** A second is over. */
  function turn(): void {
    const last = dropped === 0 ? [] : lastLines(tail).slice(-Math.min(dropped, LAST_LINES_MAX));
    const lost = dropped - last.length;
    cancelTurn = undefined;
    taken = takenBytes = dropped = 0;
    tail = new Uint8Array();
    if (lost > 0) onLine(lossOf(lost));
    for (const text of last) onLine(text);
  }

  function remember(bytes: Uint8Array): void {
    tail = Buffer.concat([tail, bytes]).subarray(-LAST_BYTES_MAX);
  }

  return {
    push(bytes) {
      lines.push(bytes);
      remember(bytes);
    },
    isSpent: () => dropped > 0,
    end() {
      lines.end();
      remember(LINE_FEED);
      cancelTurn?.();
      turn();
    },
  };
}

function lossOf(lines: number): string {
  const budget = `${LINES_PER_SECOND_MAX} lines or ${BYTES_PER_SECOND_MAX / 1024 ** 2} MiB a second`;
  return `[${lines} lines dropped: it writes faster than ${budget}]`;
}

/** All lines but the first, which may be cut, and what has no end yet, which is to come. */
function lastLines(bytes: Uint8Array): readonly string[] {
  const decoder = new TextDecoder();
  const found: string[] = [];
  createLineSplitter((line) => found.push(decoder.decode(line))).push(bytes);
  return found.slice(1);
}
