import type { Clock } from '../../src/telemetry/index.ts';

/** A clock that stands still until it is told to move. */
export interface FakeClock extends Clock {
  /** Lets `ms` pass: due timers fire in order, and what awaits them goes on before the next one fires. */
  advance(ms: number): Promise<void>;
  /** When the next timer is due, in ms from now; `undefined` where nothing waits. */
  nextInMs(): number | undefined;
}

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** Makes one that reads 0. Timers due at the same moment fire in the order they were set. */
export function createFakeClock(): FakeClock {
  const timers = new Set<Timer>();
  let nowMs = 0;

  function earliest(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of timers) if (first === undefined || timer.dueMs < first.dueMs) first = timer;
    return first;
  }

  async function advance(ms: number): Promise<void> {
    const untilMs = nowMs + ms;
    await settle();
    for (let next = earliest(); next !== undefined && next.dueMs <= untilMs; next = earliest()) {
      timers.delete(next);
      nowMs = Math.max(nowMs, next.dueMs);
      next.callback();
      await settle();
    }
    nowMs = untilMs;
  }

  return {
    nowMs: () => nowMs,
    after(delayMs, callback) {
      const timer = { dueMs: nowMs + delayMs, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance,
    nextInMs() {
      const next = earliest();
      return next === undefined ? undefined : Math.max(0, next.dueMs - nowMs);
    },
  };
}

/** Lets every promise that can settle do so: a macrotask runs only after all microtasks. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
