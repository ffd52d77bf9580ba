import type { Clock } from '../../telemetry/index.ts';

/** A clock that stands still until told otherwise. */
export interface FakeClock extends Clock {
  /** Time passes; timers due on the way go off in their order. */
  advance(byMs: number): void;
  /** Timers set and neither gone off nor stopped. */
  pending(): number;
}

export function createFakeClock(): FakeClock {
  const timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();
  let nowMs = 0;
  const nextDue = (endMs: number) =>
    [...timers].filter(({ atMs }) => atMs <= endMs).toSorted((one, other) => one.atMs - other.atMs)[0];
  return {
    nowMs: () => nowMs,
    after(delayMs, callback) {
      const timer = { atMs: nowMs + delayMs, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(byMs) {
      const endMs = nowMs + byMs;
      for (let timer = nextDue(endMs); timer; timer = nextDue(endMs)) {
        timers.delete(timer);
        nowMs = timer.atMs;
        timer.callback();
      }
      nowMs = endMs;
    },
    pending: () => timers.size,
  };
}
