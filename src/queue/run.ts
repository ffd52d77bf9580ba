import { createCommitter } from './committer.ts';
import type { QueueEffects } from './effects.ts';
import { enter, perform, refused, type LoopParts } from './perform.ts';
import { createLinkLog } from './link-log.ts';
import { createPool, isHeld, timeInLine, type PoolSetting } from './pool.ts';
import { createPoolMetrics } from './pool-metrics.ts';
import { createQuarantineCopy, quarantineOf } from './quarantine-copy.ts';
import type { Capacity, Ending, PoolDepth, QuarantinedRequest } from './queue.ts';
import type { PoolEvent } from './event.ts';
import { step } from './state.ts';
import type { StoreLink } from './store.ts';
import type { Admission, Ticket } from './ticket.ts';
import { createWaiters } from './waiters.ts';

/** The loop that owns one pool's state: takes events one at a time, performs what they come to, and commits. */
export interface PoolLoop {
  acquire(ticket: Ticket, signal: AbortSignal): Promise<Admission>;
  open(replica: string, capacity: Capacity): void;
  /** Resolves once nothing runs on it. */
  close(replica: string): Promise<void>;
  /** Its engine ends. */
  end(replica: string, ending: Ending): void;
  running(replica: string): number;
  depth(): PoolDepth;
  quarantined(): readonly QuarantinedRequest[];
  /** Lets a fingerprint go, or `all`; answers how many there were. */
  release(fingerprint: string): number;
  drain(): void;
  /** Asks the store for a sign of life, so that its loss shows while nothing else is asked. */
  pulse(): void;
  connection(link: StoreLink): void;
  isUp(): boolean;
  /** Resolves when the store knows all there is to know, or is away. */
  settled(): Promise<void>;
  /** Nothing is committed any more. */
  stop(): void;
}

/** Starts a pool, its store away until told otherwise. `onLink` hears of each change of `isUp`. */
export function runPool(name: string, setting: PoolSetting, effects: QueueEffects, onLink: () => void): PoolLoop {
  const pool = createPool(name, setting);
  const metrics = createPoolMetrics(name, effects.metrics);
  const callers = { waiters: createWaiters(), closing: new Map<string, PromiseWithResolvers<void>>() };
  const quarantine = createQuarantineCopy(pool, effects, dispatch);
  const parts: LoopParts = { pool, metrics, effects, dispatch, quarantine, ...callers, pauses: new Map() };
  const committer = createCommitter(pool, effects, metrics, dispatch);
  const linkLog = createLinkLog(pool, effects.log);

  function dispatch(event: PoolEvent): void {
    const before = pool.link;
    for (const effect of step(pool, event)) perform(parts, effect);
    linkLog.after(event);
    if (pool.link !== before) {
      onLink();
      if (pool.link === 'up') quarantine.reconnected();
    }
    committer.schedule();
  }

  return {
    async acquire(ticket, signal) {
      if (signal.aborted) return refused({ reason: 'cancelled' });
      if (isHeld(pool, ticket.id)) throw new Error(`ticket ${ticket.id} is held already; each needs an id of its own`);
      return enter(parts, ticket, signal, { on: 'acquire', ticket, nowMs: effects.clock.nowMs() });
    },
    open: (replica, capacity) => dispatch({ on: 'open', replica, capacity }),
    close: (replica) => close(parts, replica),
    end: (replica, ending) => dispatch({ on: 'end', replica, ending, nowMs: effects.clock.nowMs() }),
    running: (replica) => pool.replicas.get(replica)?.running ?? 0,
    depth: () => depthOf(parts),
    quarantined: () => quarantineOf(pool).map((it) => ({ ...it, pool: name })),
    release: (fingerprint) => release(parts, fingerprint),
    drain: () => dispatch({ on: 'drain' }),
    pulse() {
      dispatch({ on: 'pulse', nowMs: effects.clock.nowMs() });
      metrics.oldest(depthOf(parts).oldestWaitMs);
      quarantine.sync();
    },
    connection(link) {
      if (link.is === 'lost') dispatch({ on: 'lost', cause: link.cause });
      else dispatch({ on: 'connected', life: effects.newId() });
    },
    isUp: () => pool.link === 'up',
    settled: () => Promise.all([committer.settled(), quarantine.settled()]).then(() => undefined),
    stop() {
      committer.stop();
      for (const stopPause of parts.pauses.values()) stopPause();
    },
  };
}

function close({ pool, closing, dispatch }: LoopParts, replica: string): Promise<void> {
  if (!pool.replicas.has(replica)) return Promise.resolve();
  const closed = closing.get(replica) ?? Promise.withResolvers<void>();
  closing.set(replica, closed);
  dispatch({ on: 'close', replica });
  return closed.promise;
}

function release({ pool, dispatch }: LoopParts, fingerprint: string): number {
  const before = pool.memory.quarantine.size;
  dispatch({ on: 'let_go', fingerprint });
  return before - pool.memory.quarantine.size;
}

function depthOf({ pool, effects }: LoopParts): PoolDepth {
  const nowMs = effects.clock.nowMs();
  let oldestWaitMs = 0;
  for (const it of pool.waiting.values()) oldestWaitMs = Math.max(oldestWaitMs, timeInLine(it, nowMs));
  return { pool: pool.name, waiting: pool.waiting.size, oldestWaitMs };
}
