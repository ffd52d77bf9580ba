import type { Capacity, WatchReport } from '../health/index.ts';
import type { Clock } from '../telemetry/index.ts';

/** From the first look at a server that is up to its answer, and from there to its first token. */
const SERVER_ANSWERS_MS = 100;

/** Engines of a world that somebody else runs. */
export interface WorldServers {
  isUp(name: string): boolean;
  /** Its owner starts it. */
  start(name: string): void;
  /** It goes away; who watches it finds out. */
  end(name: string): void;
  watch(name: string, report: (report: WatchReport) => void): { stop(): void };
}

export function createWorldServers(clock: Clock, capacity: Capacity): WorldServers {
  const up = new Set<string>();
  const watches = new Map<string, (report: WatchReport) => void>();

  /** To the watch that is kept then, if it is still this one. */
  function later(ms: number, name: string, report: WatchReport): void {
    const watch = watches.get(name);
    clock.after(ms, () => {
      if (up.has(name) && watch === watches.get(name)) watch?.(report);
    });
  }

  function answer(name: string): void {
    if (!up.has(name)) return;
    later(SERVER_ANSWERS_MS, name, { on: 'answering' });
    later(2 * SERVER_ANSWERS_MS, name, { on: 'warm', capacity });
  }

  return {
    isUp: (name) => up.has(name),
    start(name) {
      up.add(name);
      answer(name);
    },
    end(name) {
      up.delete(name);
      watches.get(name)?.({ on: 'verdict', verdict: { is: 'unreachable', because: 'refused', forMs: 15_000 } });
    },
    watch(name, report) {
      watches.set(name, report);
      answer(name);
      return { stop: () => void watches.delete(name) };
    },
  };
}
