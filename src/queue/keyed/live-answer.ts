import type { ByteBudget } from './byte-budget.ts';
import type { Head, RunState } from './keyed-store.ts';
import { ANSWER_BYTES_MAX } from './limits.ts';

/** An answer in memory, from its first byte, while it comes and until the store has it. */
export interface LiveAnswer {
  readonly run: string;
  readonly fingerprint: string;
  head(): Head | undefined;
  state(): RunState;
  /** Of the body so far. */
  bodyBytes(): number;
  /** A copy of what there is from `offset`, at most `bytesMax`. */
  read(offset: number, bytesMax: number): Buffer<ArrayBuffer>;
  setHead(head: Head): void;
  /** What does not fit ends it as `unkept`. */
  append(bytes: Uint8Array): void;
  /** Its end; the first one counts. */
  settle(state: Exclude<RunState, 'running'>): void;
  /** Gives the memory back. Who still reads goes on in the store. */
  release(): void;
  isReleased(): boolean;
  /** The store does not have it, and nobody else will read it: its memory goes with the last who does, uncounted. */
  leaveToReaders(): void;
  /** Resolves when anything above has changed, or `signal` aborts. */
  changed(signal: AbortSignal): Promise<void>;
}

const FIRST_BYTES = 4096;

export function createLiveAnswer(run: string, fingerprint: string, budget: ByteBudget): LiveAnswer {
  let buffer = Buffer.alloc(0);
  let length = 0;
  let head: Head | undefined;
  let state: RunState = 'running';
  let isReleased = false;
  const waiters = new Set<() => void>();
  const tell = (): void => {
    for (const wake of waiters) wake();
  };

  /** Doubles, so that a byte is copied once on average. */
  function grow(bytes: number): boolean {
    if (bytes > ANSWER_BYTES_MAX) return false;
    if (bytes <= buffer.length) return true;
    const capacity = Math.min(ANSWER_BYTES_MAX, Math.max(bytes, buffer.length * 2, FIRST_BYTES));
    if (!budget.take(capacity - buffer.length)) return false;
    const larger = Buffer.alloc(capacity);
    larger.set(buffer.subarray(0, length));
    buffer = larger;
    return true;
  }

  function release(): void {
    isReleased = true;
    budget.give(buffer.length);
    buffer = Buffer.alloc(0);
    tell();
  }

  function settle(end: Exclude<RunState, 'running'>): void {
    if (state !== 'running') return;
    state = end;
    if (end === 'unkept') release();
    else tell();
  }

  return {
    run,
    fingerprint,
    head: () => head,
    state: () => state,
    bodyBytes: () => length,
    read: (offset, bytesMax) => Buffer.from(buffer.subarray(offset, Math.min(length, offset + bytesMax))),
    setHead(it) {
      head ??= it;
      tell();
    },
    append(bytes) {
      if (state !== 'running') return;
      if (!grow(length + bytes.length)) return settle('unkept');
      buffer.set(bytes, length);
      length += bytes.length;
      tell();
    },
    settle,
    release() {
      if (!isReleased) release();
    },
    isReleased: () => isReleased,
    leaveToReaders() {
      if (!isReleased) budget.give(buffer.length);
    },
    changed: (signal) => waitIn(waiters, signal),
  };
}

function waitIn(waiters: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      waiters.delete(wake);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    if (signal.aborted) return resolve();
    waiters.add(wake);
    signal.addEventListener('abort', wake);
  });
}
