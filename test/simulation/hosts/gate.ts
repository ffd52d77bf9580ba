import type { Clock } from '../../../src/telemetry/index.ts';

/** The way into one process: whatever happens in it comes through here. */
export interface Gate {
  readonly isAlive: () => boolean;
  readonly isStopped: () => boolean;
  /** Runs in the process: now, when it goes on again, or never. */
  enter(act: () => void): void;
  /** SIGSTOP. What comes meanwhile waits in its sockets and timers. */
  stop(): void;
  /** SIGCONT. */
  goOn(): void;
  /** SIGKILL. */
  kill(): void;
}

export function createGate(): Gate {
  const waiting: (() => void)[] = [];
  let isAlive = true;
  let isStopped = false;
  return {
    isAlive: () => isAlive,
    isStopped: () => isStopped,
    enter(act) {
      if (!isAlive) return;
      if (isStopped) waiting.push(act);
      else act();
    },
    stop: () => void (isStopped = true),
    goOn() {
      isStopped = false;
      for (const act of waiting.splice(0)) if (isAlive) act();
    },
    kill() {
      isAlive = false;
      waiting.length = 0;
    },
  };
}

/** The clock as one process has it: its timers wait while it stands still, and do not outlive it. */
export function clockOf(clock: Clock, gate: Gate): Clock {
  return {
    nowMs: () => clock.nowMs(),
    after(delayMs, callback) {
      let isCancelled = false;
      const cancel = clock.after(delayMs, () =>
        gate.enter(() => {
          if (!isCancelled) callback();
        }),
      );
      return () => {
        isCancelled = true;
        cancel();
      };
    },
  };
}

/** A promise as one process sees it settle. */
export function through<Value>(gate: Gate, promise: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    promise.then(
      (value) => gate.enter(() => resolve(value)),
      (cause: unknown) => gate.enter(() => reject(cause)),
    );
  });
}
