import { readFileSync } from 'node:fs';
import type { RedisConfig } from '../config/index.ts';
import type { RedisTarget } from '../queue/index.ts';

/** A Redis that the config names. */
type ForeignRedis = Exclude<RedisConfig, { readonly kind: 'managed' }>;

/** Where a Redis of somebody else is, and the password to it. Throws where the file with that cannot be read. */
export function redisTarget(redis: ForeignRedis): RedisTarget {
  if (redis.kind === 'url') return { url: redis.url, password: passwordIn(redis.passwordFile) };
  const { username, passwordFile, tls } = redis.login;
  const login = { username, password: passwordIn(passwordFile), tls };
  if (redis.kind === 'cluster') return { cluster: redis.nodes, login };
  const { sentinels, name, database } = redis;
  return { sentinels, name, database, login };
}

/** The first line; editors end it with a newline that is no part of a password. */
function passwordIn(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8').split('\n', 1)[0]?.trimEnd();
  } catch (cause) {
    throw new Error(`redis.password_file ${file} cannot be read; the service's user must be able to`, { cause });
  }
}
