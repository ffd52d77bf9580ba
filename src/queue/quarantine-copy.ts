import type { QueueEffects } from './effects.ts';
import type { PoolEvent } from './event.ts';
import type { Pool } from './pool.ts';
import type { Quarantined } from './store.ts';

/** Keeps the store's copy of a pool's quarantine: read once, so that it outlives this process, then only written. */
export interface QuarantineCopy {
  /** The pool's list is another than the store's. */
  changed(): void;
  /** The store is there anew, perhaps without its memory: what is to be kept is written again. */
  reconnected(): void;
  /** Does what is left to do, if the store is there; call when it comes, and now and then. What fails is tried again. */
  sync(): void;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

export function createQuarantineCopy(
  pool: Pool,
  { store, log, clock }: QueueEffects,
  dispatch: (event: PoolEvent) => void,
): QuarantineCopy {
  let recalled = false;
  let saved = true;
  let underWay: Promise<void> | undefined;
  let failing = false;

  async function exchange(): Promise<void> {
    if (!recalled) {
      const list = await store.recallQuarantine(pool.name);
      recalled = true;
      dispatch({ on: 'recall', list, nowMs: clock.nowMs() });
    }
    while (!saved) {
      saved = true;
      await store.saveQuarantine(pool.name, quarantineOf(pool)).catch((cause: unknown) => {
        saved = false;
        throw cause;
      });
    }
  }

  function told(cause: unknown): void {
    if (!failing)
      log.warn({ pool: pool.name, err: cause }, 'the store does not take the quarantine; it is tried again');
    failing = true;
  }

  function sync(): void {
    if (pool.link !== 'up' || underWay || (recalled && saved)) return;
    underWay = exchange()
      .then(() => void (failing = false), told)
      .finally(() => (underWay = undefined));
  }

  return {
    changed() {
      saved = false;
      sync();
    },
    reconnected() {
      if (pool.memory.quarantine.size > 0) saved = false;
      sync();
    },
    sync,
    settled: () => underWay ?? Promise.resolve(),
  };
}

/** Who is refused on sight, oldest first. */
export function quarantineOf({ memory, setting }: Pool): Quarantined[] {
  return [...memory.quarantine].map(([fingerprint, untilMs]) => ({
    fingerprint,
    untilUnixMs: setting.clockZeroUnixMs + untilMs,
  }));
}
