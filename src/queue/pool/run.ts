import type { Bodies } from '../bodies.ts';
import type { QueueEffects } from '../effects.ts';
import type { Relay } from '../relay/index.ts';
import { createQuarantineCopy } from '../suspects/quarantine-copy.ts';
import { createCommitter } from './committer.ts';
import { connectionDoor, replicaDoor, requestDoor, type PoolCore } from './doors.ts';
import type { PoolEffect, PoolEvent } from './event.ts';
import { createJoiner } from './joiner.ts';
import { createLinkLog } from './link-log.ts';
import { hasLapsed } from './lives.ts';
import type { LoopParts } from './parts.ts';
import { perform } from './perform.ts';
import type { PoolLoop } from './pool-loop.ts';
import { createPool, type Pool } from './pool.ts';
import { createPoolMetrics } from './pool-metrics.ts';
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

/** Starts a pool, its store away until told otherwise: takes events one at a time and performs what they come to. */
export function runPool(name: string, setting: PoolSetting, shared: Shared): PoolLoop {
  const { effects, relay } = shared;
  const { clock } = effects;
  const pool = createPool(name, setting);
  const parts = partsOf(pool, shared, dispatch);
  const { waiters, joiner, metrics, quarantine } = parts;
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
    if (outcome.on === 'committed' && outcome.reply.type === 'committed') {
      waiters.lookAt(outcome.reply.claims.map((it) => it.entry.id));
    }
    dispatch(outcome);
  }
  function take(event: PoolEvent): readonly PoolEffect[] {
    const wasUp = isUp();
    const before = pool.home;
    const done = step(pool, event);
    if (event.on === 'committed') committer.goOn();
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

  const core: PoolCore = { parts, take, committer, isUp };
  return { ...requestDoor(core), ...replicaDoor(core), ...connectionDoor(core) };
}

function partsOf(pool: Pool, shared: Shared, dispatch: (event: PoolEvent) => void): LoopParts {
  const { effects, relay, bodies } = shared;
  const { clock } = effects;
  const { name } = pool;
  return {
    pool,
    effects,
    relay,
    dispatch,
    bodies,
    metrics: createPoolMetrics(name, effects.metrics),
    quarantine: createQuarantineCopy(pool, effects, dispatch, () => relay.tellQuarantineChanged(name)),
    joiner: createJoiner(pool, effects, dispatch),
    waiters: createWaiters(clock, {
      left: (id) => dispatch({ on: 'leave', id }),
      overdue: (id) => dispatch({ on: 'overdue', id, nowMs: clock.nowMs() }),
    }),
    closing: new Map(),
    pauses: new Map(),
    aborts: new Map(),
    looks: new Map(),
    onAlive: (lives) => shared.onAlive(name, lives),
  };
}
