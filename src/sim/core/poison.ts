import type { Timeline } from '../model/timeline.ts';
import type { Arrival } from './messages.ts';

/** Sequences that kill the core that reaches them, as some requests kill a real one (vllm#17965). */
export interface Poison {
  arrives(sequence: Arrival): void;
  leaves(ids: readonly number[]): void;
  /** Whether the step under way has one of them in it, be it its last. */
  isReached(timeline: Timeline): boolean;
}

export function createPoison(): Poison {
  const poisoned = new Set<number>();
  return {
    arrives({ id, poisoned: kills }) {
      if (kills) poisoned.add(id);
    },
    leaves(ids) {
      for (const id of ids) poisoned.delete(id);
    },
    isReached({ batch, running }) {
      if (poisoned.size === 0 || running === undefined) return false;
      return batch.running.some(({ id }) => poisoned.has(id)) || running.step.produced.some((id) => poisoned.has(id));
    },
  };
}
