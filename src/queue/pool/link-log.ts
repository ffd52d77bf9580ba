import type { PoolEvent } from './event.ts';
import type { Pool } from './pool.ts';

/** What a pool's tickets are kept in. */
type Keeping = 'up' | 'degraded' | 'down';

/** As much of a log as it takes. */
interface Teller {
  info(about: object, message: string): void;
  warn(about: object, message: string): void;
}

const SAYS: Readonly<Record<Exclude<Keeping, 'up'>, string>> = {
  down: 'the queue has no store: new requests are refused, what waits and runs is kept',
  degraded: 'the queue has no store: requests wait in memory for the replicas of this node alone',
};

/** Says once when a pool's store goes away, and once when it is back, however often it is tried in between. */
export function createLinkLog(pool: Pool, log: Teller): { after(event: PoolEvent): void } {
  let told: Keeping | undefined;
  let cause: unknown;
  return {
    after(event) {
      if (event.on === 'lost') cause = event.cause;
      const now = keepingOf(pool);
      const why = whyAnew(event);
      const isNews = now !== undefined && now !== told && (now !== 'down' || event.on === 'lost'); // else not there yet
      if (!isNews && why === undefined) return;
      const held = { pool: pool.name, waiting: pool.waiting.size, running: pool.running.size };
      if (why !== undefined) log.warn(held, why);
      if (!isNews) return;
      told = now;
      if (now === 'up') log.info(held, 'the queue and its store agree');
      else log.warn({ ...held, err: cause }, SAYS[now]);
    },
  };
}

/** `undefined` while it changes. */
function keepingOf({ link, home }: Pool): Keeping | undefined {
  if (link === 'down') return 'down';
  if (link !== 'up') return undefined;
  return home === 'memory' ? 'degraded' : 'up';
}

function whyAnew(event: PoolEvent): string | undefined {
  if (event.on === 'lapsed') return 'this node was silent for longer than its lease: it begins anew';
  if (event.on !== 'committed' || event.reply.type !== 'superseded') return undefined;
  return 'the store has forgotten this node, or another took its name: it begins anew';
}
