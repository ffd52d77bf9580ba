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
