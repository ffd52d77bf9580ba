import type { RedisConnection } from './redis-connection.ts';
import { LIBRARY_NAME, type Library } from './redis-script.ts';

/** Calls a function with keys of one pool, the first of which stands for the pool. Rejects as ioredis does. */
export type Call = (name: string, keys: readonly [string, ...string[]], values: readonly string[]) => Promise<unknown>;

/** Another version may delete a library just as it was loaded, but each process of it does so once. */
const LOADS_MAX = 3;

/**
 * FCALL, and where the server does not know the function, loads its library: a server may be new, have lost its memory or
 * taken over from one that had. It has run nothing when it says so.
 *
 * Libraries stay in Redis for ever. So a caller that misses its own before any answer for a pool, as the first of a new
 * version does, deletes those of other versions there. A process of an older version that still runs has had answers: it
 * loads its own again and deletes nothing. So two versions never go on deleting each other's.
 */
export function callerOf(redis: RedisConnection, library: Library): Call {
  const answered = new Set<string>(); // first keys
  return async (name, keys, values) => {
    const [pool] = keys;
    for (let loads = 0; ; loads += 1) {
      try {
        const answer = await redis.fcall(name, keys.length, ...keys, ...values);
        if (loads > 0 && !answered.has(pool)) void deleteOthers(redis, pool, library).catch(() => undefined);
        answered.add(pool);
        return answer;
      } catch (error) {
        if (loads === LOADS_MAX || !isUnknown(error)) throw error;
      }
      // REPLACE, because another node may have loaded the same meanwhile.
      await atMasterOf(redis, pool, [['function', 'LOAD', 'REPLACE', library.source]]);
    }
  };
}

const isUnknown = (error: unknown): boolean => error instanceof Error && error.message === 'ERR Function not found';

/** Where it fails, the next upgrade does it. */
async function deleteOthers(redis: RedisConnection, pool: string, { name: own }: Library): Promise<void> {
  const [rows] = await atMasterOf(redis, pool, [['function', 'LIST', 'LIBRARYNAME', 'ssw_*']]);
  const others = libraryNamesIn(rows).filter((it) => it !== own);
  await atMasterOf(
    redis,
    pool,
    others.map((it) => ['function', 'DELETE', it]),
  );
}

/** Each row is `library_name`, the name, and more about it. */
function libraryNamesIn(rows: unknown): string[] {
  if (!Array.isArray(rows)) return [];
  return rows.flatMap((row: unknown) => {
    const name: unknown = Array.isArray(row) ? row[1] : undefined;
    return typeof name === 'string' && LIBRARY_NAME.test(name) ? [name] : [];
  });
}

/** Commands that name no key, at the master of one: a Cluster sends a pipeline to where its keys are. */
async function atMasterOf(redis: RedisConnection, key: string, commands: readonly string[][]): Promise<unknown[]> {
  const answers = (await redis.pipeline([['exists', key], ...commands]).exec()) ?? [];
  for (const [error] of answers) if (error) throw error;
  return answers.slice(1).map(([, answer]) => answer);
}
