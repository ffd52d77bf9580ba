import type { RedisConnection } from './redis-connection.ts';

/** Asked for at once: a few hundred µs of the server's time. */
export const PAGE_SIZE = 1_000;

/** The members of a sorted set in its order, page by page: by text where all scores are equal, else by score. */
export async function textsIn(redis: RedisConnection, key: string, order: 'text' | 'score'): Promise<string[]> {
  const all: string[] = [];
  let page: string[];
  do {
    const last = all.at(-1);
    page =
      order === 'score'
        ? await redis.zrange(key, String(all.length), String(all.length + PAGE_SIZE - 1))
        : await redis.zrangebylex(key, last === undefined ? '-' : `(${last}`, '+', 'LIMIT', 0, PAGE_SIZE);
    for (const it of page) all.push(it);
  } while (page.length === PAGE_SIZE);
  return all;
}

/** A sorted set's members and scores. */
export async function setIn(redis: RedisConnection, key: string): Promise<Map<string, number>> {
  const all = new Map<string, number>();
  let cursor = '0';
  do {
    const [next, flat] = await redis.zscan(key, cursor, 'COUNT', PAGE_SIZE);
    eachPair(flat, (member, score) => all.set(member, Number(score)));
    cursor = next;
  } while (cursor !== '0');
  return all;
}

/** A hash's fields and values. */
export async function hashIn(redis: RedisConnection, key: string): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  let cursor = '0';
  do {
    const [next, flat] = await redis.hscan(key, cursor, 'COUNT', PAGE_SIZE);
    eachPair(flat, (field, value) => all.set(field, value));
    cursor = next;
  } while (cursor !== '0');
  return all;
}

function eachPair(flat: readonly string[], take: (one: string, other: string) => void): void {
  for (let at = 0; at + 1 < flat.length; at += 2) take(flat[at] ?? '', flat[at + 1] ?? '');
}
