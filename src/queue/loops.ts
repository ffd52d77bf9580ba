import type { QueueConfig } from '../config/index.ts';
import type { QueueEffects } from './effects.ts';
import { runPool, type PoolLoop } from './run.ts';
import type { StoreLink } from './store.ts';

/** The pools, each with its loop; one that is new learns what the others know already. */
interface Loops {
  find(pool: string): PoolLoop | undefined;
  /** Starts it if it is not there. */
  get(pool: string): PoolLoop;
  each<T>(act: (loop: PoolLoop) => T): T[];
  connection(link: StoreLink): void;
  /** All pools and their store agree. */
  areUp(): boolean;
  drain(): void;
}

export function createLoops(config: QueueConfig, effects: QueueEffects): Loops {
  const loops = new Map<string, PoolLoop>();
  let draining = false;
  let known: StoreLink | undefined;
  const each = <T>(act: (loop: PoolLoop) => T): T[] => [...loops.values()].map((it) => act(it));
  const areUp = (): boolean => each((it) => it.isUp()).every(Boolean);
  const showLink = (): void => effects.metrics.redisUp.set(areUp() ? 1 : 0);

  const setting = {
    depthMax: config.maxDepth,
    quarantineMs: config.quarantineMs,
    clockZeroUnixMs: Math.round(effects.unixMs() - effects.clock.nowMs()),
  };

  function start(pool: string): PoolLoop {
    const loop = runPool(pool, setting, effects, showLink);
    loops.set(pool, loop);
    if (draining) loop.drain();
    if (known) loop.connection(known);
    return loop;
  }
  return {
    find: (pool) => loops.get(pool),
    get: (pool) => loops.get(pool) ?? start(pool),
    each,
    areUp,
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
