import type { Cancel } from '../../telemetry/index.ts';
import type { QueueEffects } from '../effects.ts';
import { createMemory, createMemoryStore } from '../memory-store.ts';
import type { Commit, Life, Store } from '../store.ts';
import type { PoolEvent } from './event.ts';
import { registrationOf, storeTimeUs } from './lives.ts';
import type { Home, Pool } from './pool.ts';

/** How often a pool without the shared store tries again, besides at each new connection. */
const RETRY_MS = 500;
/** No other node can clear what is in this one's memory. */
const MEMORY_LEASE_MS = 31_536_000_000;

/** Begins a pool's lives: on the store that all nodes share, or on one of its own while that is away. */
export interface Joiner {
  join(home: Home): void;
  /** The shared store is there: its life may begin. */
  connected(): void;
  /** Where the pool's life is. */
  store(): Store;
  /** Tries again before long, where the shared store is away; call after each event. */
  schedule(): void;
  stop(): void;
}

export function createJoiner(pool: Pool, effects: QueueEffects, dispatch: (event: PoolEvent) => void): Joiner {
  const { store: shared, clock, newId } = effects;
  let memory = shared;
  let stopRetry: Cancel | undefined;
  let stopped = false;
  const process = `${pool.setting.node}:${newId()}`;
  let knocks = 0;
  let beganAtMs = -Infinity;

  async function knock(home: Home, store: Store): Promise<void> {
    knocks += 1;
    const own = knocks;
    const life = `${process}.${own}`;
    const sentAtMs = clock.nowMs();
    const outcome = await store.commit(pool.name, registering(pool, life, home)).then(
      (reply) => (reply.type === 'committed' ? livesIn(reply.results[0]) : undefined),
      (cause: unknown) => ({ cause }),
    );
    if (stopped || own !== knocks) return; // a later one counts
    if (outcome === undefined) return dispatch({ on: 'lost', cause: new Error('the store refused a new life') });
    if ('cause' in outcome) return dispatch({ on: 'lost', cause: outcome.cause });
    if (home === 'memory') memory = store;
    else beganAtMs = clock.nowMs();
    dispatch({ on: 'connected', life, home, lives: outcome.lives, sentAtMs, nowMs: clock.nowMs() });
  }

  const timeUs = (): number => storeTimeUs(pool, clock.nowMs(), Math.floor(effects.unixMs() * 1000));
  function retryAfter(ms: number): void {
    stopRetry ??= clock.after(ms, () => {
      stopRetry = undefined;
      if (!isThere(pool)) void knock('shared', shared); // else another way was faster
    });
  }

  return {
    join(home) {
      if (stopped) return;
      if (home === 'memory') return void knock(home, createMemoryStore(createMemory(timeUs)));
      if (clock.nowMs() - beganAtMs < RETRY_MS) return retryAfter(RETRY_MS); // two of one name would take turns for ever
      void knock(home, shared);
    },
    connected() {
      if (!stopped) void knock('shared', shared);
    },
    store: () => (pool.home === 'memory' ? memory : shared),
    schedule() {
      if (!stopped && (pool.isAway || pool.link === 'down')) retryAfter(RETRY_MS);
    },
    stop() {
      stopped = true;
      stopRetry?.();
    },
  };
}

/** The pool's life is on the shared store. */
const isThere = ({ home, link }: Pool): boolean => home === 'shared' && (link === 'up' || link === 'restoring');

/** The commit that begins a life: nothing but that, so that another life goes on until it is answered. */
function registering(pool: Pool, life: string, home: Home): Commit {
  const { policy, leaseMs } = pool.setting;
  const register = registrationOf(pool, home === 'shared' ? leaseMs : MEMORY_LEASE_MS);
  return { life, claimBase: `${life}:0`, policy, offers: [], transitions: [register] };
}

function livesIn(result: { readonly type: string; readonly lives?: readonly Life[] } | undefined) {
  return { lives: result?.lives ?? [] };
}
