import type { RedisConnection } from './redis-connection.ts';
import type { Quarantined } from './store.ts';

/** Adds to the sorted set; trims it of who is free again, by the server's clock. The key ends with its last entry. */
export async function condemn(redis: RedisConnection, key: string, list: readonly Quarantined[]): Promise<void> {
  if (list.length === 0) return;
  const lastUnixMs = Math.max(...list.map((it) => it.untilUnixMs));
  const saving = redis
    .multi()
    .zremrangebyscore(key, '-inf', await unixMsOf(redis))
    .zadd(key, 'GT', ...list.flatMap((it) => [it.untilUnixMs, it.fingerprint]))
    .pexpireat(key, lastUnixMs, 'NX')
    .pexpireat(key, lastUnixMs, 'GT'); // never true of a key without an end
  for (const [error] of (await saving.exec()) ?? []) if (error) throw error;
}

export async function pardon(redis: RedisConnection, key: string, fingerprint: string): Promise<void> {
  await (fingerprint === 'all' ? redis.unlink(key) : redis.zrem(key, fingerprint));
}

export async function quarantined(redis: RedisConnection, key: string): Promise<Quarantined[]> {
  const flat = await redis.zrangebyscore(key, `(${await unixMsOf(redis)}`, '+inf', 'WITHSCORES');
  const list: Quarantined[] = [];
  for (let at = 0; at < flat.length; at += 2) {
    list.push({ fingerprint: flat[at] ?? '', untilUnixMs: Number(flat[at + 1]) });
  }
  return list;
}

async function unixMsOf(redis: RedisConnection): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}
