import type { Clock } from '../../../src/telemetry/index.ts';

/** Whether a node's process still runs. What is under way in one that does not never comes to anything. */
export interface Pulse {
  /** Counted over the story. */
  readonly life: number;
  isAlive: boolean;
}

/** The clock as one node has it: none of its timers outlives it. */
export function createNodeClock(clock: Clock, pulse: Pulse): Clock {
  return {
    nowMs: () => clock.nowMs(),
    after: (delayMs, callback) =>
      clock.after(delayMs, () => {
        if (pulse.isAlive) callback();
      }),
  };
}

/** Does something, and comes with what came of it; neither where the node has died by then. */
export function whileAlive<Value>(act: () => Promise<Value>, pulse: Pulse): Promise<Value> {
  return new Promise((resolve, reject) => {
    if (!pulse.isAlive) return;
    act().then(
      (value) => pulse.isAlive && resolve(value),
      (cause: unknown) => pulse.isAlive && reject(cause),
    );
  });
}
