import { join } from 'node:path';
import { Redis } from 'ioredis';

/** A redis-server of the benchmark's own, with the append-only file as the product has it. */
export interface Server {
  readonly socketPath: string;
  readonly client: Redis;
  /** User and system time of it so far. Seconds; from getrusage, so finer than /proc's ticks. */
  cpuSeconds(): Promise<number>;
  /** What its data take. */
  memoryBytes(): Promise<number>;
}

const FLAGS = ['--port', '0', '--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''];

/** Starts it in `directory`; it ends with the stack. */
export async function startServer(directory: string, stack: AsyncDisposableStack): Promise<Server> {
  const socketPath = join(directory, 'redis.sock');
  const argv = ['redis-server', '--unixsocket', socketPath, '--dir', directory, ...FLAGS];
  const process = Bun.spawn(argv, { stdout: 'ignore', stderr: 'inherit' });
  const client = new Redis({ path: socketPath, retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on('error', () => undefined); // it does not listen yet
  stack.defer(async () => {
    client.disconnect();
    process.kill();
    await process.exited;
  });
  await client.ping();
  const told = async (section: string, field: string): Promise<number> =>
    Number(new RegExp(`^${field}:(\\S+)`, 'm').exec(await client.info(section))?.[1]);
  return {
    socketPath,
    client,
    cpuSeconds: async () => (await told('cpu', 'used_cpu_user')) + (await told('cpu', 'used_cpu_sys')),
    memoryBytes: () => told('memory', 'used_memory'),
  };
}
