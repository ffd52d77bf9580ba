import { afterEach, expect, test } from 'bun:test';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { silentLog, systemClock } from '../../telemetry/index.ts';
import { createProcesses } from '../group/processes.ts';
import { eventually, isRunning, scratchDirectory } from '../group/scratch.fixture.ts';
import { createCompanion, type Companion } from './companion.ts';
import { managedRedisLaunch } from './redis.ts';

const undo: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

function setUp(): { companion: Companion; socket: string } {
  const scratch = scratchDirectory();
  const redis = managedRedisLaunch('redis-server', scratch.path, scratch.path);
  mkdirSync(redis.directory, { recursive: true });
  const processes = createProcesses({ clock: systemClock, log: silentLog, stateDirectory: scratch.path });
  const companion = createCompanion(redis.command, { clock: systemClock, log: silentLog, processes });
  undo.push(
    () => scratch[Symbol.dispose](),
    () => processes.close(),
    () => companion.stop(),
  );
  return { companion, socket: redis.socket };
}

/** Sends one command and answers with the reply's first bytes; `undefined` while nobody listens. */
function ask(socket: string, command: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const connection = connect(socket, () => connection.write(`${command}\r\n`));
    connection.once('data', (bytes) => {
      resolve(bytes.toString());
      connection.destroy();
    });
    connection.once('error', () => resolve(undefined));
  });
}

/** Asks until there is a reply that is no loading error. */
async function answer(socket: string, command: string): Promise<string> {
  for (let tries = 0; tries < 500; tries += 1) {
    const reply = await ask(socket, command);
    if (reply !== undefined && !reply.startsWith('-LOADING')) return reply;
    await Bun.sleep(10);
  }
  throw new Error(`Redis does not answer ${command}`);
}

test('Redis comes back by itself after kill -9, with what it had confirmed', async () => {
  const { companion, socket } = setUp();
  companion.start();
  expect(await answer(socket, 'SET kept 1')).toBe('+OK\r\n');
  const first = companion.pid() ?? 0;
  process.kill(first, 'SIGKILL');
  await eventually('another process', () => companion.pid() !== undefined && companion.pid() !== first);
  expect(await answer(socket, 'GET kept')).toBe('$1\r\n1\r\n');
});

test('Redis evicts nothing, has no port, and leaves when asked', async () => {
  const { companion, socket } = setUp();
  companion.start();
  expect(await answer(socket, 'CONFIG GET maxmemory-policy')).toContain('noeviction');
  expect(await answer(socket, 'CONFIG GET port')).toContain('$1\r\n0\r\n');
  const pid = companion.pid() ?? 0;
  await companion.stop();
  expect(isRunning(pid)).toBe(false);
  expect(companion.pid()).toBeUndefined();
});

test('bug: a frozen Redis does not hold up a stop in a hurry, whether that comes before or meanwhile', async () => {
  for (const comes of ['before', 'meanwhile']) {
    const { companion, socket } = setUp();
    companion.start();
    await answer(socket, 'PING');
    const pid = companion.pid() ?? 0;
    process.kill(pid, 'SIGSTOP');
    const hurry = new AbortController();
    if (comes === 'before') hurry.abort();
    const stopped = companion.stop(hurry.signal);
    hurry.abort();
    await stopped;
    expect(isRunning(pid)).toBe(false);
  }
});

test('a companion that does not stay is started again and again, until it is stopped', async () => {
  const scratch = scratchDirectory();
  const processes = createProcesses({ clock: systemClock, log: silentLog, stateDirectory: scratch.path });
  const pids = new Set<number>();
  const companion = createCompanion(
    { name: 'brief', argv: ['/bin/sh', '-c', 'exit 1'], env: {} },
    { clock: systemClock, log: silentLog, processes },
  );
  undo.push(
    () => scratch[Symbol.dispose](),
    () => processes.close(),
    () => companion.stop(),
  );
  companion.start();
  await eventually('three lives', () => pids.add(companion.pid() ?? 0).size >= 3);
  await companion.stop();
  expect(companion.pid()).toBeUndefined();
});
