import type { Cancel } from '../telemetry/index.ts';
import type { QueueEffects } from './effects.ts';
import type { Pool } from './pool.ts';
import type { PoolMetrics } from './pool-metrics.ts';
import type { PoolEvent } from './event.ts';
import type { Commit } from './store.ts';
import { commitDue, takeCommit } from './turn.ts';

/** How often a pool without its store tries again, besides at each new connection. */
const RETRY_MS = 500;

/** Group commit: one call to the store per pool at a time, with all that one turn of the event loop brought. */
interface Committer {
  /** Something may be due; call after each event. */
  schedule(): void;
  /** Resolves when the store knows all there is to know, or is away. */
  settled(): Promise<void>;
  /** Nothing is committed or tried again any more. */
  stop(): void;
}

export function createCommitter(
  pool: Pool,
  { store, clock, newId }: QueueEffects,
  metrics: PoolMetrics,
  dispatch: (event: PoolEvent) => void,
): Committer {
  const settlers: (() => void)[] = [];
  let scheduled = false;
  let stopped = false;
  let stopRetry: Cancel | undefined;

  async function commit(taken: Commit): Promise<void> {
    const startedMs = clock.nowMs();
    const outcome = await store.commit(pool.name, taken).then(
      (reply): PoolEvent => ({ on: 'committed', reply, nowMs: clock.nowMs() }),
      (cause: unknown): PoolEvent => ({ on: 'lost', cause }),
    );
    metrics.committed(clock.nowMs() - startedMs);
    if (pool.inFlight === taken) dispatch(outcome); // else the connection's loss was told before
  }

  const flush = (): void => {
    scheduled = false;
    if (!stopped && commitDue(pool)) void commit(takeCommit(pool, newId()));
  };

  const retry = (): void => {
    stopRetry = undefined;
    dispatch({ on: 'connected', life: newId() });
  };

  return {
    schedule() {
      if (stopped) return;
      if (commitDue(pool) && !scheduled) {
        scheduled = true;
        setImmediate(flush);
      }
      if (pool.link === 'down') stopRetry ??= clock.after(RETRY_MS, retry);
      if (isSettled(pool)) for (const resolve of settlers.splice(0)) resolve();
    },
    settled: () => (isSettled(pool) ? Promise.resolve() : new Promise((resolve) => settlers.push(resolve))),
    stop() {
      stopped = true;
      stopRetry?.();
    },
  };
}

const isSettled = (pool: Pool): boolean => pool.inFlight === undefined && !commitDue(pool);
