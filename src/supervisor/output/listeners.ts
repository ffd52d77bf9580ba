import type { Log } from '../../telemetry/index.ts';

/** Who wants to hear of something. A listener that throws is reported and disturbs nobody. */
export interface Listeners<T> {
  /** Returns how to stop listening. */
  add(listener: (value: T) => void): () => void;
  notify(value: T): void;
}

export function createListeners<T>(log: Log): Listeners<T> {
  const listeners = new Set<(value: T) => void>();
  return {
    add(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    notify(value) {
      for (const listener of listeners) {
        try {
          listener(value);
        } catch (error) {
          log.error({ err: error }, 'a listener of the supervisor failed; the others were told');
        }
      }
    },
  };
}
