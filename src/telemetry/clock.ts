/** Stops a timer; a second call does nothing. */
export type Cancel = () => void;

/** The only way a room learns the time or waits: production hands in `systemClock`, tests a fake one. */
export interface Clock {
  /** Milliseconds that only go forward; the zero point means nothing. */
  nowMs(): number;
  /** Calls back once, after `delayMs` at the earliest. */
  after(delayMs: number, callback: () => void): Cancel;
}

/** The clock of the running process. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** A signal that aborts when a time is over, unless it is cancelled first. */
export interface Deadline {
  readonly signal: AbortSignal;
  readonly cancel: Cancel;
}

/** Begins a deadline of `ms`. Whoever has no more use for it cancels it, or its timer stays. */
export function deadlineSignal(clock: Clock, ms: number): Deadline {
  const deadline = new AbortController();
  const cancel = clock.after(ms, () => deadline.abort(new Error(`not within ${ms} ms`)));
  return { signal: deadline.signal, cancel };
}

/** Resolves after `ms`. */
export function delay(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}
