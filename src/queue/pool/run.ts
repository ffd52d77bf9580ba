import type { Bodies } from '../bodies.ts';
import type { QueueEffects } from '../effects.ts';
import type { Relay } from '../relay/index.ts';
import { createQuarantineCopy, quarantineOf } from '../suspects/quarantine-copy.ts';
import { createCommitter } from './committer.ts';
import type { PoolEffect, PoolEvent } from './event.ts';
import { createJoiner } from './joiner.ts';
import { createLinkLog } from './link-log.ts';
import { hasLapsed } from './lives.ts';
import { hasRoom } from './offers.ts';
import type { LoopParts } from './parts.ts';
import { perform } from './perform.ts';
import type { PoolLoop } from './pool-loop.ts';
import { createPool, isHeld } from './pool.ts';
import { createPoolMetrics } from './pool-metrics.ts';
import { acquire, close, depthOf, release, standing } from './requests.ts';
import type { PoolSetting } from './setting.ts';
import { step } from './state.ts';
import { createWaiters } from './waiters.ts';

/** What the loops of one node share. */
export interface Shared {
  readonly effects: QueueEffects;
  readonly relay: Relay;
  readonly bodies: Bodies;
  /** Hears of each change of `isUp`. */
  readonly onLink: () => void;
  /** Lives that hold a lease, as one pool's store says. */
  readonly onAlive: (pool: string, lives: readonly string[]) => void;
}

/** Starts a pool, its store away until told otherwise. */
export function runPool(name: string, setting: PoolSetting, shared: Shared): PoolLoop {
  const { effects, relay } = shared;
  const { clock } = effects;
  const pool = createPool(name, setting);
  const metrics = createPoolMetrics(name, effects.metrics);
  const waiters = createWaiters(clock, {
    left: (id) => dispatch({ on: 'leave', id }),
    overdue: (id) => dispatch({ on: 'overdue', id, nowMs: clock.nowMs() }),
  });
  const joiner = createJoiner(pool, effects, dispatch);
  const quarantine = createQuarantineCopy(pool, effects, dispatch, () => relay.tellQuarantineChanged(name));
  const parts: LoopParts = {
    pool,
    metrics,
    effects,
    relay,
    dispatch,
    quarantine,
    joiner,
    bodies: shared.bodies,
    waiters,
    closing: new Map(),
    pauses: new Map(),
    aborts: new Map(),
    looks: new Map(),
    onAlive: (lives) => shared.onAlive(name, lives),
  };
  const committer = createCommitter(pool, effects, () => joiner.store(), metrics, settle);
  const linkLog = createLinkLog(pool, effects.log);
  const isUp = (): boolean => pool.link === 'up' && pool.home === 'shared';

  function dispatch(event: PoolEvent): void {
    if (hasLapsed(pool, clock.nowMs())) {
      pool.leaseEndMs = Infinity; // once
      relay.lapsed();
      take({ on: 'lapsed' });
    }
    take(event);
  }
  function settle(outcome: PoolEvent): void {
    waiters.lookRound();
    dispatch(outcome);
  }
  function take(event: PoolEvent): readonly PoolEffect[] {
    const wasUp = isUp();
    const before = pool.home;
    const done = step(pool, event);
    for (const effect of done) perform(parts, effect);
    linkLog.after(event);
    if (isUp() !== wasUp) {
      shared.onLink();
      if (isUp()) quarantine.reconnected();
    }
    if (pool.home !== before) metrics.degraded(pool.home === 'memory');
    joiner.schedule();
    committer.schedule();
    return done;
  }

  return {
    acquire: (ticket, signal) => acquire(parts, ticket, signal),
    open: (replica, capacity) => dispatch({ on: 'open', replica, capacity }),
    close: (replica) => close(parts, replica),
    end: (replica, ending) => dispatch({ on: 'end', replica, ending, nowMs: clock.nowMs() }),
    observe: (replica, load) => dispatch({ on: 'observe', replica, load, nowMs: clock.nowMs() }),
    running: (replica) => pool.replicas.get(replica)?.running ?? 0,
    depth: () => depthOf(parts),
    standing: (id) => standing(parts, id),
    cancel(id) {
      const was = isHeld(pool, id);
      if (was) dispatch({ on: 'cancel', id });
      return was;
    },
    inspect: (what) => joiner.store().inspect(name, what),
    originOf: (id) => joiner.store().originOf(name, id),
    asked(guest) {
      const bid = take({ on: 'asked', guest, nowMs: clock.nowMs() }).find((it) => it.do === 'bid');
      return bid?.bidding ?? 'drop';
    },
    bell() {
      if (pool.link === 'up' && hasRoom(pool)) dispatch({ on: 'poll' });
    },
    quarantined: () => quarantineOf(pool).map((it) => ({ ...it, pool: name })),
    quarantineChanged: () => quarantine.changed(),
    release: (fingerprint) => release(parts, fingerprint),
    drain: () => dispatch({ on: 'drain' }),
    pulse() {
      dispatch({ on: 'pulse', nowMs: clock.nowMs() });
      metrics.oldest(depthOf(parts).oldestWaitMs);
      quarantine.sync();
    },
    connection(link) {
      if (link.is === 'lost') dispatch({ on: 'lost', cause: link.cause });
      else joiner.connected();
    },
    isUp,
    async depart() {
      await committer.settled();
      dispatch({ on: 'depart' });
      await Promise.all([committer.settled(), quarantine.settled()]);
    },
    stop() {
      committer.stop();
      joiner.stop();
      waiters.stop();
      for (const stopPause of parts.pauses.values()) stopPause();
    },
  };
}
