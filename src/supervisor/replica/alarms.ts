import type { Clock } from '../../telemetry/index.ts';
import { createTimers } from '../timers.ts';
import type { Timer } from './stage.ts';

/** A deadline that comes later than this was kept from coming: this process was stopped, or its host was suspended. */
const LATE_MS = 1_000;

/** What a start has then, for what it wrote meanwhile to be read. */
const AFTER_PAUSE_MS = 5_000;

/** What wakes one replica later. */
export interface Alarms {
  /** Setting one again replaces it. An infinite wait is none. */
  set(timer: Timer, afterMs: number, ring: () => void): void;
  cancelAll(): void;
}

/**
 * A start is not judged by a deadline that comes much too late: it may have gone on all the time, and its output still
 * waits in the pipe. It gets another.
 */
export function createAlarms(clock: Clock): Alarms {
  const timers = createTimers<Timer>(clock);

  function set(timer: Timer, afterMs: number, ring: () => void): void {
    const dueMs = clock.nowMs() + afterMs;
    timers.set(timer, afterMs, () => {
      const isLate = clock.nowMs() - dueMs > LATE_MS;
      if (timer === 'phase' && isLate) return set(timer, AFTER_PAUSE_MS, ring);
      ring();
    });
  }

  return { set, cancelAll: () => timers.cancelAll() };
}
