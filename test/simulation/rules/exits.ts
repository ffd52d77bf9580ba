import type { ReplicaStatus } from '../../../src/supervisor/index.ts';
import type { Trace } from '../trace.ts';

/** Invariant 6: an exit that nobody asked for is a crash, whatever its code. */
export interface ExitRule {
  /** A leader exited without having been asked, when its replica stood so. */
  unasked(before: ReplicaStatus): void;
  /** A replica has changed. */
  changed(status: ReplicaStatus): void;
}

export function createExitRule(trace: Trace): ExitRule {
  const expected = new Map<string, number>();
  return {
    unasked: ({ name, restarts }) => void expected.set(name, restarts + 1),
    changed({ name, state, restarts, lastExit }) {
      const least = expected.get(name);
      if (least === undefined || state === 'cleaning') return;
      expected.delete(name);
      if (restarts < least) trace.broken(6, `an exit of ${name} that nobody asked for was not counted: ${state}`);
      if (lastExit === undefined || lastExit.cause === 'asked') {
        trace.broken(6, `an exit of ${name} that nobody asked for was taken for ${lastExit?.cause}`);
      }
    },
  };
}
