import { Cluster } from 'ioredis';
import type { Redis } from 'ioredis';
import type { RedisConnection } from './redis-connection.ts';
import { PAGE_SIZE } from './redis-pages.ts';
import type { Stray } from './pool-state.ts';

const FIXED = ['line', 'apart', 'clock', 'order', 'nodes', 'gone', 'rooms', 'flows:0', 'flows:1', 'flows:2'];
const OF_LIFE = /^(?:claims|ids):(.*)$/s;
const ENDING = /^(?:quarantine|idle:[012]|rate:.*)$/s;

/** Keys of a pool that belong to nobody, and those that should end by themselves and do not. Walks all keys, in pieces. */
export async function straysOf(redis: RedisConnection, stem: string, lives: readonly string[]): Promise<Stray[]> {
  const known = new Set(lives);
  const strays: Stray[] = [];
  for await (const keys of pagesOf(redis, stem)) {
    for (const key of keys) strays.push(...(await judge(redis, key, key.slice(stem.length), known)));
  }
  return strays;
}

async function judge(redis: RedisConnection, key: string, name: string, lives: ReadonlySet<string>): Promise<Stray[]> {
  if (FIXED.includes(name)) return [];
  const life = OF_LIFE.exec(name)?.[1];
  if (life !== undefined) return lives.has(life) ? [] : [{ key, what: `is of ${life}, whom nobody clears` }];
  if (!ENDING.test(name)) return [{ key, what: 'is none of the queue' }];
  const endless = (await redis.pttl(key)) === -1; // -2: it has just ended
  return endless ? [{ key, what: 'never ends' }] : [];
}

async function* pagesOf(redis: RedisConnection, stem: string): AsyncGenerator<string[]> {
  const pattern = `${stem.replaceAll(/[*?[\]\\]/g, '\\$&')}*`;
  const servers: Redis[] = redis instanceof Cluster ? redis.nodes('master') : [redis];
  for (const server of servers) {
    let cursor = '0';
    do {
      const [next, keys] = await server.scan(cursor, 'MATCH', pattern, 'COUNT', PAGE_SIZE);
      yield keys;
      cursor = next;
    } while (cursor !== '0');
  }
}
