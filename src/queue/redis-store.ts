import { Redis, type RedisOptions } from 'ioredis';
import { readReply } from './redis-reply.ts';
import { argumentsOf, keysOf, quarantineKeyOf, SOURCE, SOURCE_SHA1 } from './redis-script.ts';
import type { Quarantined, Store, StoreLink } from './store.ts';

/** Where Redis listens. `url` is `redis://`, `rediss://` or `unix://`, with credentials if it needs them. */
export type RedisTarget = { readonly url: string } | { readonly unixSocketPath: string };

/** Longest wait for an answer. Redis itself holds a write back for up to two seconds behind a slow fsync (redis.conf). */
const COMMAND_TIMEOUT_MS = 2_000;
const RECONNECT_FIRST_MS = 20;
const RECONNECT_MAX_MS = 500;

/** ioredis keeps nothing back and sends nothing twice: a command without an answer rejects, and the queue settles its fate. */
const OPTIONS = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  enableReadyCheck: false,
  disableClientInfo: true,
  connectTimeout: COMMAND_TIMEOUT_MS,
  commandTimeout: COMMAND_TIMEOUT_MS,
  retryStrategy: (attempt: number) => Math.min(RECONNECT_FIRST_MS * attempt, RECONNECT_MAX_MS),
} satisfies RedisOptions;

/** The store in Redis 7.0 or later (or Valkey). Connects at once, and again for as long as it is not closed. */
export function createRedisStore(target: RedisTarget, nodeId: string): Store {
  const redis = connectTo(target);
  let tell = tellNobody;
  let lastError = new Error('Redis closed the connection');
  redis.on('error', (error: Error) => {
    forgetCommand(error);
    lastError = error;
  });
  redis.on('ready', () => tell({ is: 'connected' }));
  redis.on('close', () => tell({ is: 'lost', cause: lastError }));

  return {
    async commit(pool, commit) {
      try {
        return readReply(await run(redis, keysOf(pool, nodeId), argumentsOf(commit)), commit.transitions);
      } catch (cause) {
        forgetCommand(cause);
        if (isTimeout(cause)) redis.disconnect(true); // its answer may still come: on a connection nobody reads any more
        throw new Error(`Redis did not take a commit of pool ${pool}: ${explain(cause, lastError)}`, { cause });
      }
    },
    saveQuarantine: (pool, list) => saveQuarantine(redis, quarantineKeyOf(pool, nodeId), list),
    async recallQuarantine(pool) {
      const flat = await redis.zrange(quarantineKeyOf(pool, nodeId), '0', '-1', 'WITHSCORES');
      return readQuarantine(flat);
    },
    watch(listener) {
      tell = listener;
      if (redis.status === 'ready') listener({ is: 'connected' });
    },
    async close() {
      tell = tellNobody;
      redis.disconnect();
      await Promise.resolve();
    },
  };
}

/** ioredis hangs the command on its errors, arguments and all: the password of an AUTH must not reach a log. */
function forgetCommand(error: unknown): void {
  if (error instanceof Error) Reflect.deleteProperty(error, 'command');
}

const tellNobody: (link: StoreLink) => void = () => undefined;

function connectTo(target: RedisTarget): Redis {
  if ('unixSocketPath' in target) return new Redis({ ...OPTIONS, path: target.unixSocketPath });
  if (target.url.startsWith('unix://')) return new Redis({ ...OPTIONS, path: target.url.slice('unix://'.length) });
  return new Redis(target.url, OPTIONS);
}

/** EVALSHA; a server that restarted or took over does not know the script yet, and has run nothing when it says so. */
async function run(redis: Redis, keys: string[], values: (string | number)[]): Promise<unknown> {
  try {
    return await redis.evalsha(SOURCE_SHA1, keys.length, ...keys, ...values);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return redis.eval(SOURCE, keys.length, ...keys, ...values);
  }
}

/** The key ends with its last entry. */
async function saveQuarantine(redis: Redis, key: string, list: readonly Quarantined[]): Promise<void> {
  const saving = redis.multi().del(key);
  if (list.length > 0) {
    saving.zadd(key, ...list.flatMap((it) => [it.untilUnixMs, it.fingerprint]));
    saving.pexpireat(key, Math.max(...list.map((it) => it.untilUnixMs)));
  }
  for (const [error] of (await saving.exec()) ?? []) if (error) throw error;
}

function readQuarantine(flat: readonly string[]): Quarantined[] {
  const list: Quarantined[] = [];
  for (let at = 0; at < flat.length; at += 2) {
    list.push({ fingerprint: flat[at] ?? '', untilUnixMs: Number(flat[at + 1]) });
  }
  return list;
}

const isTimeout = (error: unknown): boolean => error instanceof Error && error.message === 'Command timed out';

/** While there is no connection ioredis only says that the stream is not writeable; why is what it said before. */
function explain(cause: unknown, lastError: Error): string {
  const { message } = cause instanceof Error ? cause : lastError;
  return message.startsWith("Stream isn't writeable") ? lastError.message : message;
}
