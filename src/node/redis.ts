import { mkdirSync } from 'node:fs';
import type { Config } from '../config/index.ts';
import type { RedisTarget } from '../queue/index.ts';
import { createCompanion, managedRedisLaunch, type CompanionEffects } from '../supervisor/index.ts';
import { delay, type Clock } from '../telemetry/index.ts';
import { redisTarget } from './redis-target.ts';

/** How long a `redis-server` of ours may take to listen; it reads its append-only file first. */
const LISTEN_MS_MAX = 60_000;
const LISTEN_POLL_MS = 20;

/** Redis cannot be had; the node has nothing to queue in. */
export class RedisUnavailableError extends Error {
  override readonly name = 'RedisUnavailableError';
}

/**
 * Sees to it that there is a Redis, and says where. Ours is started, kept running, and waited for; one that the config
 * names may still be away. Throws `RedisUnavailableError` where ours does not come up.
 */
export async function openRedis(
  { redis, paths }: Config,
  effects: CompanionEffects,
  opened: AsyncDisposableStack,
  hurry: AbortSignal,
): Promise<RedisTarget> {
  if (redis.kind !== 'managed') return redisTarget(redis);
  const executable = Bun.which(redis.executable);
  if (executable === null)
    throw new RedisUnavailableError(`${redis.executable} is not installed; install redis-server, or set redis.url`);
  const { command, directory, socket } = managedRedisLaunch(executable, paths.state, paths.runtime);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const companion = createCompanion(command, effects);
  opened.defer(() => companion.stop(hurry));
  companion.start();
  if (!(await listens(socket, effects.clock)))
    throw new RedisUnavailableError(`redis-server does not listen on ${socket}; its own words are in the log above`);
  return { unixSocketPath: socket };
}

async function listens(path: string, clock: Clock): Promise<boolean> {
  const untilMs = clock.nowMs() + LISTEN_MS_MAX;
  while (clock.nowMs() < untilMs) {
    if (await accepts(path)) return true;
    await delay(clock, LISTEN_POLL_MS);
  }
  return false;
}

async function accepts(path: string): Promise<boolean> {
  try {
    const socket = await Bun.connect({ unix: path, socket: { data: () => undefined } });
    socket.end();
    return true;
  } catch {
    return false; // not yet
  }
}
