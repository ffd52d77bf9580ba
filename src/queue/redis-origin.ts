import { endsWithId, entryOf, readHeld } from './member.ts';
import type { RedisConnection } from './redis-connection.ts';
import { hashIn } from './redis-pages.ts';
import { keyOf } from './redis-script.ts';

/**
 * The life that holds a ticket's client. Of who waits its own index tells; who runs is among some worker's claims. Of a life
 * that is over nobody is left to ask.
 */
export async function originIn(redis: RedisConnection, pool: string, id: string): Promise<string | undefined> {
  const lives = await redis.zrange(keyOf(pool, 'nodes'), '0', '-1');
  for (const life of lives) {
    if ((await redis.hexists(keyOf(pool, `ids:${life}`), id)) === 1) return life;
  }
  for (const life of lives) {
    const claims = await hashIn(redis, keyOf(pool, `claims:${life}`));
    const held = [...claims.values()].find((text) => endsWithId(text, id));
    if (held !== undefined) return entryOf(readHeld(held).member).origin;
  }
  return undefined;
}
