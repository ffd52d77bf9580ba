import type { Cancel } from '../../telemetry/index.ts';
import type { QueueEffects } from '../effects.ts';
import type { Commit, Store } from '../store.ts';
import type { PoolEvent } from './event.ts';
import { hasRoom, isReading } from './offers.ts';
import type { PoolMetrics } from './pool-metrics.ts';
import type { Pool } from './pool.ts';
import { commitDue, takeCommit } from './turn.ts';

/** How often other nodes' work is looked for, while there is some and room for it: their bell may be missed. */
const POLL_MS = 200;
/** Likewise while a replica still reads what it was given: it may have read it without a word. */
const READING_POLL_MS = 50;

/**
 * Endings alone wait so long for the next commit, while nobody is in line for the room they make: a request that comes
 * alone then costs one commit and not two, and does not find the store at work on the end of the last one.
 */
const ENDINGS_WAIT_MS = 2;
/** No more than so many. */
const ENDINGS_MAX = 64;

/** Group commit: one call to the store per pool at a time, with all that one turn of the event loop brought. */
export interface Committer {
  /** Something may be due; call after each event. */
  schedule(): void;
  /** What is due goes out now, and not with what this turn still brings: the store works on it meanwhile. */
  goOn(): void;
  /** Resolves when the store knows all there is to know, or is away. */
  settled(): Promise<void>;
  /** Nothing is committed any more. */
  stop(): void;
}

/** `storeOf` answers where the pool's life is now. */
export function createCommitter(
  pool: Pool,
  { clock }: Pick<QueueEffects, 'clock'>,
  storeOf: () => Store,
  metrics: PoolMetrics,
  dispatch: (event: PoolEvent) => void,
): Committer {
  const settlers: (() => void)[] = [];
  let scheduled = false;
  let stopped = false;
  let stopPoll: Cancel | undefined;
  let stopWait: Cancel | undefined;

  async function commit(taken: Commit): Promise<void> {
    const startedMs = clock.nowMs();
    const outcome = await storeOf()
      .commit(pool.name, taken)
      .then(
        (reply): PoolEvent => ({ on: 'committed', reply, nowMs: clock.nowMs() }),
        (cause: unknown): PoolEvent => ({ on: 'lost', cause }),
      );
    metrics.committed(clock.nowMs() - startedMs);
    if (pool.inFlight === taken) dispatch(outcome); // else that life is over
  }

  const send = (): void => {
    stopWait?.();
    stopWait = undefined;
    if (!stopped && commitDue(pool)) void commit(takeCommit(pool, clock.nowMs()));
  };
  const goOn = (): void => {
    if (!commitDue(pool)) return;
    if (settlers.length > 0 || !mayWait(pool)) send();
    else stopWait ??= clock.after(ENDINGS_WAIT_MS, send);
  };
  const flush = (): void => {
    scheduled = false;
    goOn();
  };
  const poll = (): void => {
    stopPoll = undefined;
    if (mayPoll(pool)) dispatch({ on: 'poll' });
  };

  return {
    schedule() {
      if (stopped) return;
      if (commitDue(pool) && !scheduled) {
        scheduled = true;
        setImmediate(flush);
      }
      if (stopPoll === undefined && mayPoll(pool)) {
        stopPoll = clock.after(isReading(pool) ? READING_POLL_MS : POLL_MS, poll);
      }
      if (settlers.length > 0 && isSettled(pool)) for (const resolve of settlers.splice(0)) resolve();
    },
    goOn,
    settled: () => (stopped || isSettled(pool) ? Promise.resolve() : new Promise((resolve) => settlers.push(resolve))),
    stop() {
      stopped = true;
      stopPoll?.();
      stopWait?.();
    },
  };
}

/** Whether nothing but endings is to be told, and nobody waits for them: no one in line, and no other node. */
function mayWait({ outbox, claimDue, link, depth, apart, waiting, others, draining }: Pool): boolean {
  if (claimDue || link !== 'up' || draining || depth > 0 || apart > 0 || waiting.size > 0 || others.size > 0)
    return false;
  return outbox.length < ENDINGS_MAX && outbox.every(({ type }) => type === 'finish');
}

const isSettled = (pool: Pool): boolean => pool.inFlight === undefined && !commitDue(pool);

const mayPoll = (pool: Pool): boolean =>
  pool.link === 'up' && pool.depth > 0 && (pool.others.size > 0 || isReading(pool)) && hasRoom(pool);
