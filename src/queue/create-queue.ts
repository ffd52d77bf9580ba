import type { QueueConfig } from '../config/index.ts';
import type { Cancel, Clock } from '../telemetry/index.ts';
import type { QueueEffects } from './effects.ts';
import { createLoops } from './loops.ts';
import { refused } from './perform.ts';
import type { Queue } from './queue.ts';

/** How often the store is asked for a sign of life. */
const PULSE_MS = 1_000;
/** Longest wait at `close` for what the store has not been told yet. */
const CLOSE_TIMEOUT_MS = 3_000;

/**
 * Makes the queue of one node. A pool is known once it is in `pools` or a replica of it was opened; a ticket of a known
 * pool without an open replica waits, one of an unknown pool is refused with `no_replica`.
 */
export function createQueue(config: QueueConfig, pools: readonly string[], effects: QueueEffects): Queue {
  const { store, clock } = effects;
  const loops = createLoops(config, effects);
  for (const pool of pools) loops.get(pool);
  store.watch((link) => loops.connection(link));
  const stopPulse = every(PULSE_MS, clock, () => loops.each((loop) => loop.pulse()));

  return {
    async acquire(ticket, signal) {
      const loop = loops.find(ticket.pool);
      return loop ? loop.acquire(ticket, signal) : refused({ reason: 'no_replica' });
    },
    openReplica(replica, pool, capacity) {
      const home = loops.get(pool);
      loops.each((loop) => {
        if (loop !== home) void loop.close(replica); // a reload may have moved it to another pool
      });
      home.open(replica, capacity);
    },
    async closeReplica(replica) {
      await Promise.all(loops.each((loop) => loop.close(replica)));
    },
    endReplica: (replica, ending) => void loops.each((loop) => loop.end(replica, ending)),
    inFlight: (replica) => loops.each((loop) => loop.running(replica)).reduce((sum, it) => sum + it, 0),
    isConnected: () => loops.areUp(),
    depths: async () => loops.each((loop) => loop.depth()),
    quarantined: async () => loops.each((loop) => loop.quarantined()).flat(),
    release: async (fingerprint) =>
      loops.each((loop) => loop.release(fingerprint)).reduce((sum, released) => sum + released, 0),
    drain: () => loops.drain(),
    async close() {
      loops.drain();
      stopPulse();
      await atMost(CLOSE_TIMEOUT_MS, clock, Promise.all(loops.each((loop) => loop.settled())));
      loops.each((loop) => loop.stop());
      await store.close();
    },
  };
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
