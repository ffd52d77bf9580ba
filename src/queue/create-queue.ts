import type { QueueConfig } from '../config/index.ts';
import type { Cancel, Clock } from '../telemetry/index.ts';
import { auditStore } from './audit.ts';
import type { QueueEffects } from './effects.ts';
import { createLoops, type Loops } from './loops.ts';
import { pulseMsOf } from './pool/lives.ts';
import { refused } from './pool/parts.ts';
import type { PoolLoop } from './pool/pool-loop.ts';
import type { Queue } from './queue.ts';
import { nodeOf } from './relay/index.ts';
import type { Inspection, PoolState } from './pool-state.ts';

/** Longest wait at `close` for what the store has not been told yet. */
const CLOSE_TIMEOUT_MS = 3_000;

/**
 * Makes the queue of one node. A pool is known once it is in `pools` or a replica of it was opened; a ticket of a known
 * pool without an open replica waits, one of an unknown pool is refused with `no_replica`.
 */
export function createQueue(config: QueueConfig, pools: readonly string[], effects: QueueEffects): Queue {
  const { store, clock, nodeName } = effects;
  const loops = createLoops(config, effects);
  for (const pool of pools) loops.get(pool);
  store.watch((link) => loops.connection(link));
  const stopPulse = every(pulseMsOf(config.leaseMs), clock, () => loops.pulse());
  const inspect = (pool: string, what?: Inspection): Promise<PoolState> =>
    loops.find(pool)?.inspect(what) ?? Promise.reject(new Error(`there is no pool ${pool}`));

  return {
    acquire(ticket, signal) {
      const loop = loops.find(ticket.pool);
      return loop ? loop.acquire(ticket, signal) : Promise.resolve(refused({ reason: 'no_replica' }));
    },
    ...replicaDoors(loops, nodeName),
    expectModels: (pool, models) => loops.get(pool).expect(models),
    isConnected: () => loops.areUp(),
    standing: async (ticketId, pool) => loops.find(pool)?.standing(ticketId),
    cancel: (ticketId) => cancel(loops, ticketId),
    inspect: (pool) => inspect(pool),
    audit: (pool) => auditStore({ inspect }, pool),
    depths: async () => loops.each((loop) => loop.depth()),
    quarantined: async () => loops.each((loop) => loop.quarantined()).flat(),
    release: async (fingerprint) =>
      loops.each((loop) => loop.release(fingerprint)).reduce((sum, released) => sum + released, 0),
    retune: (next, known) => loops.retune(next, known),
    drain: () => loops.drain(),
    async close() {
      loops.drain();
      stopPulse();
      await loops.relay.close();
      await atMost(CLOSE_TIMEOUT_MS, clock, Promise.all(loops.each((loop) => loop.depart())));
      loops.each((loop) => loop.stop());
      await store.close();
    },
  };
}

type ReplicaDoors = Pick<Queue, 'openReplica' | 'closeReplica' | 'endReplica' | 'observe' | 'inFlight'>;

/** What is told and asked of this node's replicas, each in the pool that it was opened in last. */
function replicaDoors(loops: Loops, nodeName: string): ReplicaDoors {
  const homes = new Map<string, PoolLoop>();
  return {
    openReplica(replica, pool, opening) {
      const home = loops.get(pool);
      loops.each((loop) => {
        if (loop !== home) void loop.close(replica); // a reload may have moved it to another pool
      });
      homes.set(replica, home);
      home.open(replica, opening);
    },
    async closeReplica(replica) {
      await Promise.all(loops.each((loop) => loop.close(replica)));
    },
    endReplica(replica, ending) {
      homes.get(replica)?.end(replica, ending);
      loops.relay.tellEnded(`${nodeName}/${replica}`, ending);
    },
    observe: (replica, load) => homes.get(replica)?.observe(replica, load),
    inFlight: (replica) => loops.each((loop) => loop.running(replica)).reduce((sum, it) => sum + it, 0),
  };
}

/** Of this node at once; of another one, which holds its client, by its word. */
async function cancel(loops: Loops, id: string): Promise<boolean> {
  if (loops.each((loop) => loop.cancel(id)).some(Boolean)) return true;
  const origins = await Promise.all(loops.each((loop) => loop.originOf(id)));
  const origin = origins.find((it) => it !== undefined);
  if (origin !== undefined) loops.relay.tellCancel(nodeOf(origin), id);
  return origin !== undefined;
}

/** Calls back every `periodMs` until stopped. */
function every(periodMs: number, clock: Clock, callback: () => void): Cancel {
  let stop = clock.after(periodMs, tick);
  function tick(): void {
    callback();
    stop = clock.after(periodMs, tick);
  }
  return () => stop();
}

/** Waits for `work`, but no longer than `limitMs`. */
async function atMost(limitMs: number, clock: Clock, work: Promise<unknown>): Promise<void> {
  const limit = Promise.withResolvers<void>();
  const stop = clock.after(limitMs, limit.resolve);
  await Promise.race([work, limit.promise]);
  stop();
}
