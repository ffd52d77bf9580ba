import type { Gate } from './gate.ts';

/** Somebody in a process who sleeps until there is something to read. */
export interface Wakeable {
  sleep(): Promise<void>;
  wake(): void;
}

export function wakeable(gate: Gate): Wakeable {
  let resolve: (() => void) | undefined;
  return {
    sleep: () => new Promise((asleep) => (resolve = asleep)),
    wake() {
      const sleeper = resolve;
      resolve = undefined;
      if (sleeper) gate.enter(sleeper);
    },
  };
}
