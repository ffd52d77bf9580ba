import type { Log } from '../telemetry/index.ts';
import type { Pool } from './pool.ts';
import type { PoolEvent } from './event.ts';

/** Says once when a pool's store goes away, and once when it is back, however often it is tried in between. */
export function createLinkLog(pool: Pool, log: Log): { after(event: PoolEvent): void } {
  let told: 'up' | 'down' | undefined;
  return {
    after(event) {
      const held = { pool: pool.name, waiting: pool.waiting.size, running: pool.running.size };
      if (pool.link === 'down' && told !== 'down' && (event.on === 'lost' || event.on === 'committed')) {
        told = 'down';
        const cause = event.on === 'lost' ? event.cause : 'the store has forgotten this node, or another took its name';
        log.warn(
          { ...held, err: cause },
          'the queue has no store: new requests are refused, what waits and runs is kept',
        );
      }
      if (pool.link === 'up' && told !== 'up') {
        told = 'up';
        log.info(held, 'the queue and its store agree');
      }
    },
  };
}
