import type { QueueConfig } from '../config/index.ts';
import { createBodies } from './bodies.ts';
import type { QueueEffects } from './effects.ts';
import type { PoolLoop } from './pool/pool-loop.ts';
import { runPool, type Shared } from './pool/run.ts';
import type { PoolSetting } from './pool/setting.ts';
import { createRelay, type Relay } from './relay/index.ts';
import type { StoreLink } from './store.ts';

/** The pools, each with its loop; one that is new learns what the others know already. */
export interface Loops {
  readonly relay: Relay;
  find(pool: string): PoolLoop | undefined;
  /** Starts it if it is not there. */
  get(pool: string): PoolLoop;
  each<T>(act: (loop: PoolLoop) => T): T[];
  connection(link: StoreLink): void;
  /** All pools and their store agree. */
  areUp(): boolean;
  drain(): void;
  /** Other numbers from now on; what was admitted, leased or quarantined stays so. The lease is bound at the start. */
  retune(config: QueueConfig, pools: readonly string[]): void;
  /** Time has passed. */
  pulse(): void;
}

export function createLoops(config: QueueConfig, effects: QueueEffects): Loops {
  const loops = new Map<string, PoolLoop>();
  let draining = false;
  let known: StoreLink | undefined;
  const each = <T>(act: (loop: PoolLoop) => T): T[] => [...loops.values()].map((it) => act(it));
  const areUp = (): boolean => each((it) => it.isUp()).every(Boolean);
  const setting = settingOf(config, effects);

  const relay = openRelay(effects, loops);
  const bodies = createBodies(config.maxBodyBytes);
  const onLink = (): void => effects.metrics.redisUp.set(areUp() ? 1 : 0);
  const shared: Shared = { effects, relay, bodies, onLink, onAlive: tellAlive(relay) };

  function start(pool: string): PoolLoop {
    const loop = runPool(pool, setting, shared);
    loops.set(pool, loop);
    if (draining) loop.drain();
    if (known) loop.connection(known);
    return loop;
  }
  return {
    relay,
    find: (pool) => loops.get(pool),
    get: (pool) => loops.get(pool) ?? start(pool),
    each,
    areUp,
    retune(next, pools) {
      const { policy, mayDegrade, quarantineMs } = settingOf(next, effects);
      Object.assign(setting, { policy, mayDegrade, quarantineMs });
      bodies.limit(next.maxBodyBytes);
      for (const pool of pools) if (!loops.has(pool)) start(pool);
    },
    pulse() {
      each((loop) => loop.pulse());
      effects.metrics.queueBodyBytes.set(bodies.heldBytes());
    },
    connection(link) {
      known = link;
      each((loop) => loop.connection(link));
    },
    drain() {
      draining = true;
      each((loop) => loop.drain());
    },
  };
}

/** The relay speaks to every node that is in some pool. */
function tellAlive(relay: Relay): Shared['onAlive'] {
  const alive = new Map<string, readonly string[]>();
  return (pool, lives) => {
    alive.set(pool, lives);
    relay.alive([...alive.values()].flat());
  };
}

/** What other nodes say reaches the pool it is about. */
function openRelay(effects: QueueEffects, loops: ReadonlyMap<string, PoolLoop>): Relay {
  effects.wire.onBell((pool) => loops.get(pool)?.bell());
  return createRelay(effects, {
    asked: (guest) => loops.get(guest.pool)?.asked(guest) ?? 'drop',
    ended: (replica, ending) => loops.forEach((loop) => loop.end(replica, ending)),
    quarantineChanged: (pool) => loops.get(pool)?.quarantineChanged(),
    cancel: (id) => loops.forEach((loop) => loop.cancel(id)),
  });
}

function settingOf(config: QueueConfig, { nodeName, unixMs, clock }: QueueEffects): PoolSetting {
  const { maxDepth, shares, ageingMs, quantumTokens, leaseMs, onRedisDown, quarantineMs } = config;
  return {
    node: nodeName,
    policy: { depthMax: maxDepth, shares, ageingMs, quantum: quantumTokens },
    leaseMs,
    mayDegrade: onRedisDown === 'degraded',
    quarantineMs,
    clockZeroUnixMs: Math.round(unixMs() - clock.nowMs()),
  };
}
