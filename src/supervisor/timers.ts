import type { Cancel, Clock } from '../telemetry/index.ts';

/** Timers by name: setting one again replaces it. */
export interface Timers<Name extends string> {
  /** An infinite wait is none: nothing is called. */
  set(name: Name, afterMs: number, callback: () => void): void;
  cancelAll(): void;
}

export function createTimers<Name extends string>(clock: Clock): Timers<Name> {
  const running = new Map<Name, Cancel>();
  return {
    set(name, afterMs, callback) {
      running.get(name)?.();
      running.delete(name);
      if (Number.isFinite(afterMs)) running.set(name, clock.after(afterMs, callback));
    },
    cancelAll() {
      for (const cancel of running.values()) cancel();
      running.clear();
    },
  };
}
