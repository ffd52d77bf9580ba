import type { QueueEffects } from '../effects.ts';
import type { PoolEvent } from '../pool/event.ts';
import type { Pool } from '../pool/pool.ts';
import type { Quarantined } from '../store.ts';

/** Keeps a pool's quarantine and the store's alike: all nodes have one, and it outlives them. */
export interface QuarantineCopy {
  condemned(entry: Quarantined): void;
  /** One was let go, or `all`. */
  pardoned(fingerprint: string): void;
  /** Another node has changed it. */
  changed(): void;
  /** The store is there anew, perhaps without its memory: what is to be kept is written again. */
  reconnected(): void;
  /** Does what is left to do, if the store is there; call now and then. What fails is tried again. */
  sync(): void;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

type Write = { readonly condemn: Quarantined } | { readonly pardon: string };

/** `tell` says to the other nodes that the store's list has changed. */
export function createQuarantineCopy(
  pool: Pool,
  { store, log, clock }: Pick<QueueEffects, 'store' | 'log' | 'clock'>,
  dispatch: (event: PoolEvent) => void,
  tell: () => void,
): QuarantineCopy {
  const writes: Write[] = [];
  let isStale = true;
  let underWay: Promise<void> | undefined;
  let failing = false;

  async function write(): Promise<void> {
    if (writes.length === 0) return;
    for (let first = writes[0]; first !== undefined; first = writes[0]) {
      if ('condemn' in first) await store.condemn(pool.name, [first.condemn]);
      else await store.pardon(pool.name, first.pardon);
      writes.shift();
    }
    tell();
  }

  async function exchange(): Promise<void> {
    while (isStale || writes.length > 0) {
      await write();
      isStale = false;
      const list = await store.quarantined(pool.name).catch((cause: unknown) => {
        isStale = true;
        throw cause;
      });
      if (writes.length === 0) dispatch({ on: 'recall', list, nowMs: clock.nowMs() });
      else isStale = true;
    }
  }

  function told(cause: unknown): void {
    if (!failing)
      log.warn({ pool: pool.name, err: cause }, 'the store does not take the quarantine; it is tried again');
    failing = true;
  }

  function sync(): void {
    const isThere = pool.link === 'up' && pool.home === 'shared';
    if (!isThere || underWay || !(isStale || writes.length > 0)) return;
    underWay = exchange()
      .then(() => void (failing = false), told)
      .finally(() => (underWay = undefined));
  }

  return {
    condemned(entry) {
      writes.push({ condemn: entry });
      sync();
    },
    pardoned(fingerprint) {
      writes.push({ pardon: fingerprint });
      sync();
    },
    changed() {
      isStale = true;
      sync();
    },
    reconnected() {
      writes.unshift(...quarantineOf(pool).map((it) => ({ condemn: it })));
      isStale = true;
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
