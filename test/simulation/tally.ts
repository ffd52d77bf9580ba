import type { ReplicaStatus } from '../../src/supervisor/index.ts';

/** How much of what happened. */
export interface Tally {
  transition(status: ReplicaStatus): void;
  /** A request went a step: into the line, into an engine, to its end. */
  request(step: string): void;
  fault(kind: string): void;
  readonly transitions: ReadonlyMap<string, number>;
  readonly faults: ReadonlyMap<string, number>;
  /** Transitions of all kinds. */
  total(): number;
}

export function createTally(): Tally {
  const transitions = new Map<string, number>();
  const faults = new Map<string, number>();
  let total = 0;

  function step(kind: string): void {
    total += 1;
    transitions.set(kind, (transitions.get(kind) ?? 0) + 1);
  }

  return {
    transition: ({ state }) => step(`replica ${state}`),
    request: (name) => step(`request ${name}`),
    fault: (kind) => void faults.set(kind, (faults.get(kind) ?? 0) + 1),
    transitions,
    faults,
    total: () => total,
  };
}
