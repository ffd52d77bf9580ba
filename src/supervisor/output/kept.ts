import type { Log } from '../../telemetry/index.ts';
import type { OutputLine } from '../supervisor.ts';
import { createListeners } from './listeners.ts';
import { createRing, type Ring } from './ring.ts';

/** Lines kept per replica. */
export const OUTPUT_LINES_MAX = 2_000;

/** The last lines of every replica, and who follows them. */
export interface KeptOutput {
  append(line: OutputLine): void;
  /** Oldest first; of all replicas where `replica` is absent. */
  lines(replica?: string): readonly OutputLine[];
  onOutput(listener: (line: OutputLine) => void): () => void;
  /** A replica was removed. */
  drop(replica: string): void;
}

export function createKeptOutput(log: Log): KeptOutput {
  const rings = new Map<string, Ring<OutputLine>>();
  const listeners = createListeners<OutputLine>(log);

  return {
    append(line) {
      let ring = rings.get(line.replica);
      if (ring === undefined) rings.set(line.replica, (ring = createRing(OUTPUT_LINES_MAX)));
      ring.push(line);
      listeners.notify(line);
    },
    lines(replica) {
      if (replica !== undefined) return rings.get(replica)?.items() ?? [];
      const all = [...rings.values()].flatMap((ring) => ring.items());
      return all.toSorted((one, other) => one.atUnixMs - other.atUnixMs);
    },
    onOutput: (listener) => listeners.add(listener),
    drop: (replica) => rings.delete(replica),
  };
}
