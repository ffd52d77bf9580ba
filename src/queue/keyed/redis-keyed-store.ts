import claimSource from './lua/claim.lua' with { type: 'text' };
import readSource from './lua/read.lua' with { type: 'text' };
import writeSource from './lua/write.lua' with { type: 'text' };
import { connectTo, type RedisConnection, type RedisTarget } from '../redis-connection.ts';
import { createRedisLink } from '../redis-link.ts';
import type { KeyedStore, Place } from './keyed-store.ts';
import { readClaimed, readSeen, readWritten } from './redis-keyed-reply.ts';

/**
 * Keyed answers in Redis 7.0 or later: a hash that says whose the key is, and the body as a string. Both end by
 * themselves at any moment. A connection of its own: a long answer does not keep the queue's commits waiting.
 */
export function createRedisKeyedStore(target: RedisTarget): KeyedStore {
  const redis = connectTo(target);
  const link = createRedisLink(redis);
  return {
    claim: (place, { run, fingerprint, ttlMs, deadAfterMs }) =>
      link.ask('claim an idempotency key', async () =>
        readClaimed(await runScript(redis, CLAIM, place, [run, fingerprint, ttlMs, deadAfterMs])),
      ),
    write: (place, { run, fingerprint, state, ttlMs, offset, bytes, head, tenantBytesMax }) =>
      link.ask('take an answer', async () => {
        const said = head === undefined ? ['', ''] : [head.status, JSON.stringify(head.headers)];
        const about = [place.hash, run, fingerprint, state, ttlMs];
        const values = [...about, offset, Buffer.from(bytes), ...said, tenantBytesMax];
        return readWritten(await runScript(redis, WRITE, place, values));
      }),
    read: (place, { run, offset, bytesMax }) =>
      link.ask('give back an answer', async () =>
        readSeen(await runScript(redis, READ, place, [run, offset, offset + bytesMax - 1])),
      ),
    close: () => link.close(),
  };
}

/** The record and the body of a key; what the tenant's answers are and take. They share its slot, apart from any pool's. */
export function keyedKeysOf({ tenant, hash }: Place): [record: string, body: string, kept: string, bytes: string] {
  const own = `ssw:idem:{${tenant}}`;
  return [`${own}:${hash}`, `${own}:${hash}:body`, `${own}:kept`, `${own}:bytes`];
}

interface Script {
  readonly source: string;
  readonly sha1: string;
}

const [CLAIM, WRITE, READ] = [scriptOf(claimSource), scriptOf(writeSource), scriptOf(readSource)];

function scriptOf(source: string): Script {
  return { source, sha1: new Bun.CryptoHasher('sha1').update(source).digest('hex') };
}

/** EVALSHA; a server that restarted or took over does not know the script yet, and has run nothing when it says so. */
async function runScript(
  redis: RedisConnection,
  { source, sha1 }: Script,
  place: Place,
  values: (string | number | Buffer)[],
): Promise<unknown> {
  const keys = keyedKeysOf(place);
  try {
    return await redis.callBuffer('evalsha', sha1, keys.length, ...keys, ...values);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return redis.callBuffer('eval', source, keys.length, ...keys, ...values);
  }
}
