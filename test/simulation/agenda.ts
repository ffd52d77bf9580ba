import { drainMicrotasks } from 'bun:jsc';
import type { Clock } from '../../src/telemetry/index.ts';
import { createHeap, type Due } from './heap.ts';

/** The time of a story: it stands still until something is due, then it is that time. */
export interface Agenda extends Clock {
  /** Lets the next due thing happen, with all that follows from it without time, if that is not later than `untilMs`. */
  next(untilMs: number): boolean;
  /** Lets happen what needs no time. */
  settle(): void;
}

interface Timer extends Due {
  isCancelled: boolean;
  readonly callback: () => void;
}

/** Turns of the event loop, and due things, without time before a story counts as caught in a circle. */
const TURNS_MAX = 10_000;
const AT_ONCE_MAX = 100_000;

export function createAgenda(turns: Turns): Agenda {
  const timers = createHeap<Timer>();
  let nowMs = 0;
  let number = 0;
  let atOnce = 0;

  return {
    nowMs: () => nowMs,
    after(delayMs, callback) {
      number += 1;
      const timer = { dueMs: nowMs + Math.max(0, delayMs), number, callback, isCancelled: false };
      timers.push(timer);
      return () => void (timer.isCancelled = true);
    },
    next(untilMs) {
      for (let first = timers.first(); first !== undefined; first = timers.first()) {
        if (first.dueMs > untilMs) break;
        timers.shift();
        if (first.isCancelled) continue;
        atOnce = first.dueMs > nowMs ? 0 : atOnce + 1;
        if (atOnce > AT_ONCE_MAX) throw new Error('things happen without end and without time');
        nowMs = first.dueMs;
        first.callback();
        turns.run();
        return true;
      }
      nowMs = Math.max(nowMs, untilMs);
      return false;
    },
    settle: () => turns.run(),
  };
}

/** The event loop of a story. */
export interface Turns {
  /** Runs what is ready, and what becomes ready by that, until nothing is. */
  run(): void;
}

/**
 * Runs `act` with an event loop of its own. `setImmediate` is the one thing that a room takes from its surroundings and
 * is not handed (the queue's commit waits for the end of a turn with it): here it waits for the next turn of the story.
 */
export function withTurns<Result>(act: (turns: Turns) => Result): Result {
  const original = globalThis.setImmediate;
  let ready: (() => void)[] = [];
  const later = (callback: () => void): number => ready.push(callback);
  globalThis.setImmediate = later as unknown as typeof setImmediate;
  try {
    return act({
      run() {
        drainMicrotasks();
        for (let turn = 0; ready.length > 0; turn += 1) {
          if (turn > TURNS_MAX) throw new Error('the event loop turns without end');
          const now = ready;
          ready = [];
          for (const callback of now) {
            callback();
            drainMicrotasks();
          }
        }
      },
    });
  } finally {
    globalThis.setImmediate = original;
  }
}
