import { afterEach, describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { BINARY, startNode, type TestNode } from '../support/node.ts';
import { until } from '../support/wait.ts';

let node: TestNode;
let started: TestNode | undefined;
const open = async (config: string): Promise<void> => {
  node = started = await startNode(config);
  await node.url();
};
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  const nodeEnds = Promise.resolve(started?.[Symbol.asyncDispose]());
  const ends = [nodeEnds, ...closers.splice(0).map((close) => close())];
  started = undefined;
  const failed = (await Promise.allSettled(ends)).filter((it) => it.status === 'rejected');
  expect(failed).toEqual([]);
});

const HEALTH = 'health: { interval_s: 0.1, timeout_s: 1, dead_after_s: 1, stall_after_s: 2, idle_probe_s: 1 }\n';
const restart = (more = '') => `restart: { backoff_initial_s: 0.1, backoff_max_s: 0.2, stop_grace_s: 2${more} }\n`;
const pool = (args = '') =>
  `\npools: { heavy: { model: sim/heavy-14b, max_model_len: 4096, args: { sim-speed: 20${args} } } }\n`;
const ONE = 'replicas: [{ name: heavy-0, pool: heavy, gpu: 0, gpu_memory_utilization: 0.5 }]\n';

const heavy = () => node.replica('heavy-0');
const cause = async () => (await heavy()).last_exit?.cause;
const advice = async () => (await heavy()).last_exit?.advice ?? '';

/** A simulated engine that this node knows nothing of. */
async function strangeEngine(...argv: string[]): Promise<Bun.Subprocess> {
  const child = Bun.spawn([BINARY, 'sim-engine', 'serve', 'sim/heavy-14b', '--sim-speed', '20', ...argv], {
    env: { PATH: process.env['PATH'] ?? '', CUDA_VISIBLE_DEVICES: '0', SSW_TEST_MARK: node?.directory ?? '' },
    stdout: 'ignore',
    stderr: 'ignore',
    detached: true,
  });
  closers.push(() => end(child));
  return child;
}

async function end(child: Bun.Subprocess): Promise<void> {
  child.kill('SIGTERM');
  const kill = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), 5000);
  await child.exited;
  clearTimeout(kill);
}

async function freePort(): Promise<{ port: number; server: Server }> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => closed(server));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, server };
}
const closed = (server: Server) => new Promise<void>((resolve) => server.close(() => resolve()));

describe('a start', () => {
  test('shows how far it is', async () => {
    await open(pool(", sim-fault: 'stuck_loading:2'") + ONE + HEALTH + restart());
    await until('it loads, and says how many shards', async () => {
      const { phase, progress } = await heavy();
      return phase === 'loading' && progress !== null && progress.total > 1;
    });
    const { out } = await node.command('status');
    expect(out).toMatch(/starting \(loading \d\/\d\)/);
  });

  test('that makes no progress in a phase is ended, and the advice names phase and key', async () => {
    const limits = restart(', max_restarts: 2, phase_timeout_s: { loading: 1 }');
    await open(pool(", sim-fault: 'stuck_loading:1'") + ONE + HEALTH + limits);
    await until('it has timed out', async () => (await cause()) === 'start_timed_out');
    expect(await advice()).toMatch(/loading.*phase_timeout_s/);
  });

  test('that answers HTTP but never a token is not ready', async () => {
    const limits = restart(', max_restarts: 2, phase_timeout_s: { warming: 1 }');
    await open(pool(", sim-fault: 'never_token'") + ONE + HEALTH + limits);
    await until('it has timed out', async () => (await cause()) === 'start_timed_out');
    const { out } = await node.command('history', 'heavy-0');
    expect(out).toContain('warming');
    expect(out).not.toContain('ready');
  });

  test('is not begun on a port that a stranger holds, and goes on when it is free', async () => {
    const { port, server } = await freePort();
    await open(pool() + ONE.replace('gpu: 0', `port: ${port}, gpu: 0`) + HEALTH + restart());
    await until('the port is told', async () => (await cause()) === 'address_in_use');
    expect(await advice()).toContain(String(port));
    expect(await advice()).toContain(String(process.pid));
    await closed(server);
    await node.allReady();
  });
});

describe('a crash loop', () => {
  test('ends with the count and the last cause, costs its neighbour nothing, and a restart clears it', async () => {
    const two = `replicas:
  - { name: heavy-0, pool: heavy, gpu: 0, gpu_memory_utilization: 0.4, args: { sim-fault: crash_on_start } }
  - { name: heavy-1, pool: heavy, gpu: 0, gpu_memory_utilization: 0.4 }
`;
    await open(pool() + two + HEALTH + restart(', max_restarts: 3'));
    await until('it has failed', async () => (await heavy()).state === 'failed');
    const { restarts, restarts_left: left } = await heavy();
    expect({ restarts, left }).toEqual({ restarts: 4, left: 0 });
    expect(await advice()).toMatch(/ended 4 times within .*ssw-infer restart/);
    await until('its neighbour is ready', async () => (await node.replica('heavy-1')).state === 'ready');
    await node.command('restart', 'heavy-0');
    expect((await heavy()).restarts).toBeGreaterThan(4);
  });
});

describe('the memory of a card', () => {
  const ledger = () => join(node.directory, 'run/sim-cards');

  test('held by a stranger is waited for, then told with its pid, and costs no restart', async () => {
    const { port, server } = await freePort();
    const one = ONE.replace(
      'gpu: 0, gpu_memory_utilization: 0.5',
      `port: ${port}, gpu: 0, gpu_memory_utilization: 0.8`,
    );
    await open(`${pool()}${one}cards: { wait_s: 0.5 }\n${HEALTH}${restart()}`);
    await until('it waits for its port', async () => (await cause()) === 'address_in_use');
    const uds = join(node.directory, 'stranger.sock');
    const memory = ['--gpu-memory-utilization', '0.5', '--sim-card-ledger', ledger(), '--uds', uds];
    const stranger = await strangeEngine(...memory);
    await until('the stranger serves', () => existsSync(uds));
    const { restarts } = await heavy();
    await closed(server);
    await until('it is told', async () => (await cause()) === 'no_card_memory');
    expect(await advice()).toMatch(/needs 3\d\.\d GiB free on card 0.*held by pid \d+/);
    expect((await heavy()).restarts).toBe(restarts);
    await end(stranger);
    await node.allReady();
  }, 60_000);

  test('is back before a start, however slow the driver: neither vllm#55827 nor vllm#56830 with the lease on', async () => {
    const two = `replicas:
  - { name: heavy-0, pool: heavy, gpu: 0, gpu_memory_utilization: 0.46, args: { sim-fault: 'keep_memory:1' } }
  - { name: heavy-1, pool: heavy, gpu: 0, gpu_memory_utilization: 0.46, args: { sim-fault: 'keep_memory:1' } }
`;
    await open(pool().replace('sim-speed: 20', 'sim-speed: 5') + two + HEALTH + restart());
    await node.allReady();
    for (let round = 1; round <= 2; round += 1) {
      for (const { pid } of (await node.status()).replicas) if (pid !== null) process.kill(pid, 'SIGKILL');
      await until('both have ended', async () => (await node.status()).replicas.every((it) => it.restarts >= round));
      await node.allReady();
    }
    for (const name of ['heavy-0', 'heavy-1']) {
      const { out } = await node.command('history', name);
      expect(out).not.toMatch(/no_kv_room|profiling_race|no_card_memory/);
    }
  }, 60_000);
});

describe('an engine that somebody else runs', () => {
  test('is used and watched, and neither signalled nor failed', async () => {
    const { port, server } = await freePort();
    await closed(server);
    const config = `${pool()}replicas: [{ name: heavy-0, pool: heavy, url: 'http://127.0.0.1:${port}' }]\n`;
    await open(config + HEALTH + restart(', max_restarts: 1'));
    const serve = () => strangeEngine('--port', String(port), '--served-model-name', 'heavy', 'sim/heavy-14b');
    const first = await serve();
    await node.allReady();
    const body = JSON.stringify({ model: 'heavy', messages: [{ role: 'user', content: 'hi' }], max_tokens: 4 });
    const answer = await fetch(`${await node.url()}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect({ status: answer.status, pid: (await heavy()).pid }).toEqual({ status: 200, pid: null });

    await end(first);
    await until('it is away', async () => (await cause()) === 'unreachable');
    const second = await serve();
    await node.allReady();
    expect((await node.command('restart', 'heavy-0')).code).toBe(0);
    node.signal('SIGTERM');
    expect(await node.exited).toBe(0);
    expect(second.exitCode).toBeNull();
  }, 60_000);
});

test('a request that kills every engine it meets is quarantined, listed, and may be released', async () => {
  const two = `replicas:
  - { name: heavy-0, pool: heavy, gpu: 0, gpu_memory_utilization: 0.5 }
  - { name: heavy-1, pool: heavy, gpu: 1, gpu_memory_utilization: 0.5 }
`;
  await open(pool(', sim-poison: nightshade') + two + HEALTH + restart());
  await node.allReady();
  const url = await node.url();
  const ask = (content: string) =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'heavy', messages: [{ role: 'user', content }], max_tokens: 20 }),
    });
  const innocents = Array.from({ length: 12 }, (_, index) => ask(`a story of ${index}`));
  const poison = await ask('nightshade');
  expect({ status: poison.status, body: await poison.json() }).toMatchObject({
    status: 500,
    body: { error: { code: 'engine_failed' } },
  });
  expect((await Promise.all(innocents)).map((it) => it.status)).toEqual(innocents.map(() => 200));

  const { out } = await node.command('quarantine', '--json');
  const listed: readonly { fingerprint: string; pool: string }[] = JSON.parse(out);
  expect(listed).toMatchObject([{ pool: 'heavy' }]);
  const again = await ask('nightshade');
  expect(again.headers.get('x-ssw-reject-reason')).toBe('quarantined');
  expect((await node.command('quarantine', 'release', 'nope')).code).toBe(1);
  expect((await node.command('quarantine', 'release', listed[0]?.fingerprint ?? '')).code).toBe(0);
  expect((await node.command('quarantine')).out).toContain('no request is quarantined');
}, 60_000);
