import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { until } from './until.ts';

/** A Redis of a test's own: a unix socket in a temporary folder, append-only file as the product configures it. */
export interface TestRedis {
  readonly socketPath: string;
  /** A client beside the queue's. */
  readonly client: Redis;
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends the server and removes its folder. */
  remove(): Promise<void>;
}

export async function startRedis(): Promise<TestRedis> {
  const directory = await mkdtemp(join(tmpdir(), 'ssw-queue-'));
  const socketPath = join(directory, 'redis.sock');
  const spawn = () => Bun.spawn(argumentsFor(directory, socketPath), { stdout: 'ignore', stderr: 'ignore' });
  let server = spawn();
  const client = new Redis({ path: socketPath, retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on('error', () => undefined); // the server is killed on purpose
  const answers = async (): Promise<void> => until('Redis answers', async () => (await client.ping()) === 'PONG');
  const kill = async (): Promise<void> => {
    server.kill('SIGKILL');
    await server.exited;
  };
  await answers();
  return {
    socketPath,
    client,
    kill,
    async start() {
      server = spawn();
      await answers();
    },
    async remove() {
      client.disconnect();
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function argumentsFor(directory: string, socketPath: string): string[] {
  const durable = [
    '--appendonly',
    'yes',
    '--appendfsync',
    'everysec',
    '--save',
    '',
    '--maxmemory-policy',
    'noeviction',
  ];
  return ['redis-server', '--port', '0', '--unixsocket', socketPath, '--dir', directory, ...durable];
}
