import { join } from 'node:path';
import type { Command } from '../group/process-group.ts';

/** Where a bare command name is looked for; nothing of our own environment reaches a child. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The managed Redis: what to run, where to reach it, and the directory that must exist before. */
export interface ManagedRedis {
  readonly command: Command;
  /** Unix socket, mode 0700. There is no TCP port. */
  readonly socket: string;
  /** Its append-only file; private to this user. */
  readonly directory: string;
}

/**
 * A `redis-server` of our own. Its file is synced every second; it refuses writes rather than evict keys, for every
 * key is somebody's request.
 */
export function managedRedisLaunch(executable: string, stateDirectory: string, runtimeDirectory: string): ManagedRedis {
  const socket = join(runtimeDirectory, 'redis.sock');
  const directory = join(stateDirectory, 'redis');
  const options: Readonly<Record<string, string>> = {
    port: '0',
    unixsocket: socket,
    unixsocketperm: '700',
    dir: directory,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
  };
  const flags = Object.entries(options).flatMap(([key, value]) => [`--${key}`, value]);
  return {
    command: { name: 'redis', argv: [executable, ...flags], env: { PATH }, cwd: '/' },
    socket,
    directory,
  };
}
