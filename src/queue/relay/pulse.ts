import type { Clock } from '../../telemetry/index.ts';

/** Finds out whether what is said to oneself comes back. */
export interface Pulse {
  /** Something came through. */
  heard(): void;
  /** Whether to try at all. */
  beat(on: boolean): void;
}

interface PulseActions {
  /** Says something to oneself. Resolves with whether it was taken; what was not shows nothing about hearing. */
  ping(): Promise<boolean>;
  deaf(): void;
}

/** Between two pings. */
export const PING_MS = 700;
/** So many in a row that were taken and did not come back. With one more interval: within 3 s of going deaf. */
export const MISSED_PINGS_MAX = 3;

export function createPulse(clock: Clock, act: PulseActions): Pulse {
  let missed = 0;
  let cancel: (() => void) | undefined;

  function tick(): void {
    cancel = clock.after(PING_MS, tick);
    if (missed >= MISSED_PINGS_MAX) {
      missed = 0;
      act.deaf();
    }
    void tryOnce();
  }
  async function tryOnce(): Promise<void> {
    if (await act.ping()) missed += 1; // it may be back already: then the next one is
  }

  return {
    heard: () => void (missed = 0),
    beat(on) {
      if (!on) {
        cancel?.();
        cancel = undefined;
      } else if (cancel === undefined) {
        missed = 0;
        cancel = clock.after(PING_MS, tick);
      }
    },
  };
}
