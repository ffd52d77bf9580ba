import type { Log } from '../../telemetry/index.ts';
import type { PoolEvent } from './event.ts';
import type { Pool } from './pool.ts';

/** What a pool's tickets are kept in. */
type Keeping = 'up' | 'degraded' | 'down';

/** Says once when a pool's store goes away, and once when it is back, however often it is tried in between. */
export function createLinkLog(pool: Pool, log: Log): { after(event: PoolEvent): void } {
  let told: Keeping | undefined;
  return {
    after(event) {
      const held = { pool: pool.name, waiting: pool.waiting.size, running: pool.running.size };
      if (event.on === 'lapsed') log.warn(held, 'this node was silent for longer than its lease: it begins anew');
      const now = keepingOf(pool);
      if (now === undefined || now === told) return;
      if (now === 'down' && event.on !== 'lost') return; // not there yet
      told = now;
      const cause = event.on === 'lost' ? event.cause : undefined;
      if (now === 'up') log.info(held, 'the queue and its store agree');
      else if (now === 'down') {
        log.warn(
          { ...held, err: cause },
          'the queue has no store: new requests are refused, what waits and runs is kept',
        );
      } else log.warn(held, 'the queue has no store: requests wait in memory for the replicas of this node alone');
    },
  };
}

/** `undefined` while it changes. */
function keepingOf({ link, home }: Pool): Keeping | undefined {
  if (link === 'down') return 'down';
  if (link !== 'up') return undefined;
  return home === 'memory' ? 'degraded' : 'up';
}
