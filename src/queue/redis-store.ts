import { inspectRedis } from './inspect-redis.ts';
import { connectTo, type RedisTarget } from './redis-connection.ts';
import { callerOf } from './redis-library.ts';
import { createRedisLink } from './redis-link.ts';
import { originIn } from './redis-origin.ts';
import { condemn, pardon, quarantined } from './redis-quarantine.ts';
import { readReply } from './redis-reply.ts';
import { argumentsOf, keysOf, LIBRARY, quarantineKeyOf } from './redis-script.ts';
import type { Store } from './store.ts';

export type { RedisTarget } from './redis-connection.ts';

/**
 * The store in Redis 7.0 or later (or Valkey): one server, a master behind Sentinels, or a Cluster. Connects at once, and
 * again for as long as it is not closed. Rejects what has no answer within two seconds, and sends nothing twice.
 */
export function createRedisStore(target: RedisTarget): Store {
  const redis = connectTo(target);
  const link = createRedisLink(redis);
  const call = callerOf(redis, LIBRARY);
  return {
    commit: (pool, commit) =>
      link.ask(`take a commit of pool ${pool}`, async () =>
        readReply(await call(LIBRARY.functionFor(commit), keysOf(pool), argumentsOf(commit)), commit),
      ),
    condemn: (pool, list) =>
      link.ask(`take the quarantine of pool ${pool}`, () => condemn(redis, quarantineKeyOf(pool), list)),
    pardon: (pool, fingerprint) =>
      link.ask(`let go of one quarantined in pool ${pool}`, () => pardon(redis, quarantineKeyOf(pool), fingerprint)),
    quarantined: (pool) =>
      link.ask(`tell the quarantine of pool ${pool}`, () => quarantined(redis, quarantineKeyOf(pool))),
    inspect: (pool, what) => link.ask(`show pool ${pool}`, () => inspectRedis(redis, pool, what)),
    originOf: (pool, id) => link.ask(`find a ticket of pool ${pool}`, () => originIn(redis, pool, id)),
    watch: (listener) => link.watch(listener),
    close: () => Promise.resolve(link.close()),
  };
}
