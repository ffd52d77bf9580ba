import { closeSync, constants, openSync, readSync } from 'node:fs';
import type { Cancel, Clock } from '../../telemetry/index.ts';

/** Where Linux tells what its kernel says: each read is one record (Documentation/ABI/testing/dev-kmsg). */
const KMSG = '/dev/kmsg';

/** Of one record; the kernel's own limit. A smaller buffer gets EINVAL. */
const RECORD_BYTES_MAX = 8192;

/** Lines that are kept, and characters of each. */
export const KERNEL_LINES_MAX = 500;
export const KERNEL_LINE_CHARACTERS_MAX = 500;

/**
 * What the kernel said longer ago explains no ending of now. A start that hangs in a fault of its card outlives that
 * longest: 20 min, by the default of `restart.phase_timeout_s`.
 */
export const KERNEL_LINES_OLDEST_MS = 30 * 60_000;

/**
 * How often it is read while nobody asks: a line is as old as the read that found it. The kernel's own stamps stand
 * still while the host sleeps, and drift from every clock that a program can read.
 */
export const KERNEL_READ_EVERY_MS = 60_000;

/** Reads in one go: more than the kernel's buffer has records of. */
const READS_MAX = 100_000;

/** What the kernel says. */
export interface KernelLog {
  /** From now on; the latest `KERNEL_LINES_MAX` of it that are younger than `KERNEL_LINES_OLDEST_MS`. */
  since(): { lines(): readonly string[] };
}

interface KernelLine {
  readonly text: string;
  readonly readAtMs: number;
}

/**
 * Reads the kernel's log now and then, and when it is asked for. Where it may not be read, for want of a right
 * (`kernel.dmesg_restrict`, `ProtectKernelLogs=`) or of the file, there are no lines.
 */
export function createKernelLog(clock: Clock, path: string = KMSG): KernelLog & Disposable {
  let file = openOrNot(path);
  let cancel: Cancel | undefined;
  const kept: KernelLine[] = [];
  let dropped = 0;

  function catchUp(): void {
    if (file === undefined) return;
    const readAtMs = clock.nowMs();
    for (const line of readRecords(file)) kept.push({ text: line.slice(0, KERNEL_LINE_CHARACTERS_MAX), readAtMs });
    dropped += kept.splice(0, Math.max(0, kept.length - KERNEL_LINES_MAX)).length;
  }

  function catchUpNowAndThen(): void {
    catchUp();
    if (file !== undefined) cancel = clock.after(KERNEL_READ_EVERY_MS, catchUpNowAndThen);
  }

  catchUpNowAndThen();
  return {
    since() {
      catchUp();
      const from = dropped + kept.length;
      return {
        lines() {
          catchUp();
          const oldestMs = clock.nowMs() - KERNEL_LINES_OLDEST_MS;
          const late = kept.slice(Math.max(0, from - dropped)).filter(({ readAtMs }) => readAtMs >= oldestMs);
          return late.map(({ text }) => text);
        },
      };
    },
    [Symbol.dispose]() {
      cancel?.();
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

function openOrNot(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

/** All records up to now. EPIPE says that the kernel overwrote some that were not read: the next read goes on after. */
function* readRecords(file: number): Generator<string> {
  const buffer = Buffer.alloc(RECORD_BYTES_MAX);
  for (let reads = 0; reads < READS_MAX; reads += 1) {
    const bytes = readSome(file, buffer);
    if (bytes === 'overrun') continue;
    if (bytes === 0) return;
    yield* textLines(buffer.toString('utf8', 0, bytes));
  }
}

/** 0 where there is no more at present, or ever. */
function readSome(file: number, buffer: Buffer): number | 'overrun' {
  try {
    return readSync(file, buffer, 0, buffer.length, null);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPIPE' ? 'overrun' : 0;
  }
}

/** Without what stands before the first `;` (priority, number, time) and without a record's tags, which are indented. */
function textLines(record: string): readonly string[] {
  return record
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(' '))
    .map((line) => line.replace(/^\d+,\d+,\d+,[^;]*;/, ''));
}
