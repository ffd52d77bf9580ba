import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../storm/free-port.ts';
import { until } from '../../support/wait.ts';

/** A redis-server that several nodes share, on a port of loopback, its append-only file synced every second. */
export interface SharedRedis extends AsyncDisposable {
  readonly port: number;
  readonly pid: () => number;
  /** A client beside the nodes'. */
  readonly client: Redis;
  kill(): Promise<void>;
  start(): Promise<void>;
}

export async function startSharedRedis(): Promise<SharedRedis> {
  const directory = mkdtempSync(join(tmpdir(), 'ssw-redis-'));
  const port = freePort();
  const argv = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--appendonly', 'yes', '--save', ''];
  const spawn = () => Bun.spawn(['redis-server', ...argv], { stdout: 'ignore', stderr: 'ignore' });
  const client = new Redis({ port, retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on('error', () => undefined); // it is killed on purpose
  const answers = () => until('Redis answers', async () => (await client.ping()) === 'PONG');
  let server = spawn();
  await answers();
  return {
    port,
    pid: () => server.pid,
    client,
    async kill() {
      server.kill('SIGKILL');
      await server.exited;
    },
    async start() {
      server = spawn();
      await answers();
    },
    async [Symbol.asyncDispose]() {
      client.disconnect();
      server.kill('SIGKILL');
      await server.exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
