import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { FAST_LIMITS, FAST_REPLICAS, startNode, type TestNode } from '../support/node.ts';
import { keepStreaming, type Account } from '../support/streams.ts';
import { until } from '../support/wait.ts';

const CLIENTS = 200;
const TOKENS = 64;

let node: TestNode;
beforeEach(async () => {
  node = await startNode(SLOW_REPLICAS + FAST_LIMITS, { BUN_CONFIG_MAX_HTTP_REQUESTS: '4096' });
  await node.allReady();
});
afterEach(() => node[Symbol.asyncDispose]());

/** Slow enough that a few dozen streams are under way in every engine at any moment. */
const SLOW_REPLICAS = FAST_REPLICAS.replaceAll('sim-speed: 20', 'sim-speed: 4');

const leaderOf = async (replica: string): Promise<number> => {
  const { pid } = await node.replica(replica);
  if (pid === null) throw new Error(`${replica} has no process`);
  return pid;
};

/** The engine core: the process named like vLLM's that the leader started. */
const coreOf = async (replica: string): Promise<number> => {
  const leader = await leaderOf(replica);
  const core = node.processes().find((it) => it.parent === leader && it.name.startsWith('VLLM::EngineCor'));
  if (core === undefined) throw new Error(`${replica} has no engine core`);
  return core.pid;
};

const redis = (): number => {
  const found = node.processes().find((it) => it.name.startsWith('redis-server'));
  if (found === undefined) throw new Error('no redis-server');
  return found.pid;
};

function counted(accounts: readonly Account[]): Record<string, number> {
  const count: Record<string, number> = {};
  for (const { seen } of accounts) count[seen] = (count[seen] ?? 0) + 1;
  return count;
}

/** Puts the load on, sends the signal, waits until all is well again under load, and checks every account. */
async function survives(
  pid: number,
  signal: NodeJS.Signals,
  hurt: () => Promise<boolean>,
): Promise<readonly Account[]> {
  const load = keepStreaming(await node.url(), CLIENTS, TOKENS);
  await until('streams complete', () => load.accounts.length > CLIENTS);
  process.kill(pid, signal);
  await until('the harm is noticed', hurt, 30_000);
  await node.allReady(60_000);
  const before = load.accounts.length;
  await until(
    'streams complete again',
    () => load.accounts.slice(before).filter((it) => it.seen === 'completed').length > CLIENTS,
    30_000,
  );
  const accounts = await load.stop();
  expect(accounts.filter((it) => it.seen === 'wrong').map((it) => it.detail)).toEqual([]);
  await settled();
  return accounts;
}

/** Nothing is left running or waiting once the clients are gone. */
async function settled(): Promise<void> {
  await until('queue and replicas are empty', async () => {
    const { pools, replicas } = await node.status();
    return pools.every((it) => it.waiting === 0) && replicas.every((it) => it.in_flight === 0);
  });
}

async function stopsClean(): Promise<void> {
  node.signal('SIGTERM');
  expect(await node.exited).toBe(0);
  expect(node.processes()).toEqual([]);
}

const restarted = (name: string) => async () => (await node.replica(name)).restarts > 0;

describe(`under ${CLIENTS} concurrent streams`, () => {
  test('kill -9 of an engine leader', async () => {
    await survives(await leaderOf('heavy-0'), 'SIGKILL', restarted('heavy-0'));
    await stopsClean();
  });

  test('kill -9 of an engine core', async () => {
    const accounts = await survives(await coreOf('light-0'), 'SIGKILL', restarted('light-0'));
    expect(counted(accounts)['error_event'] ?? 0).toBeGreaterThan(0);
    await stopsClean();
  });

  test('SIGSTOP of an engine core, which its /health never tells', async () => {
    await survives(await coreOf('heavy-1'), 'SIGSTOP', restarted('heavy-1'));
    await stopsClean();
  });

  test('kill -9 of Redis: running streams go on, new ones wait in memory, and nobody is refused', async () => {
    const first = redis();
    const accounts = await survives(first, 'SIGKILL', () =>
      Promise.resolve(node.processes().some((it) => it.name.startsWith('redis-server') && it.pid !== first)),
    );
    expect(accounts.filter((it) => it.seen !== 'completed')).toEqual([]);
    await stopsClean();
  });
});
