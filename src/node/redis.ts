import { mkdirSync } from 'node:fs';
import type { Config } from '../config/index.ts';
import type { RedisTarget } from '../queue/index.ts';
import { createCompanion, managedRedisLaunch, type Companion, type CompanionEffects } from '../supervisor/index.ts';

/** Where the queue's Redis is, and the process to keep where it is ours. */
export interface RedisHome {
  readonly target: RedisTarget;
  readonly companion: Companion | undefined;
}

/** A `redis-server` of our own on a unix socket, unless the config names another. Nothing runs before `companion.start`. */
export function settleRedis({ redis, paths }: Config, effects: CompanionEffects): RedisHome {
  if (redis.kind === 'url') return { target: { url: redis.url }, companion: undefined };
  const managed = managedRedisLaunch(redis.executable, paths.state, paths.runtime);
  mkdirSync(managed.directory, { recursive: true, mode: 0o700 });
  return { target: { unixSocketPath: managed.socket }, companion: createCompanion(managed.command, effects) };
}
