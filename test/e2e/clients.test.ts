import { afterEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FAST_LIMITS, startNode, type TestNode } from '../support/node.ts';
import { until } from '../support/wait.ts';

/** One engine that runs one request at a time, slowly: everything else waits in line. */
const ONE_AT_A_TIME = `
pools: { light: { model: sim/light, max_model_len: 8192, args: { sim-start-s: 0.2, sim-speed: 1, max-num-seqs: 1 } } }
replicas: [{ name: light-0, pool: light, gpu: 0 }]
queue: { max_depth: 2, max_wait_s: 60 }
`;
const PROMPT = 'the secret word is rhododendron';

let started: TestNode | undefined;
afterEach(async () => {
  await started?.[Symbol.asyncDispose]();
  started = undefined;
});

const start = async (config: string) => {
  const node = await startNode(config + FAST_LIMITS);
  started = node;
  await node.allReady();
  const url = await node.url();
  const waiting = async () => (await node.status()).pools[0]?.waiting;
  const running = async () => (await node.replica('light-0')).in_flight;
  return { node, url, waiting, running };
};
const post = (
  url: string,
  tokens: number,
  more: { signal?: AbortSignal; headers?: Record<string, string>; stream?: boolean } = {},
) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...more.headers },
    body: JSON.stringify({
      model: 'light',
      stream: more.stream ?? true,
      max_tokens: tokens,
      ignore_eos: true,
      messages: [{ role: 'user', content: PROMPT }],
    }),
    ...(more.signal === undefined ? {} : { signal: more.signal }),
  });

describe('a client that leaves', () => {
  test('in line: its place is free, and the engine never sees it', async () => {
    const { url, waiting, running } = await start(ONE_AT_A_TIME);
    const first = await post(url, 4000);
    const leaver = new AbortController();
    const second = post(url, 4, { signal: leaver.signal }).catch(() => 'left');
    await until('it waits', async () => (await waiting()) === 1);
    leaver.abort();
    expect(await second).toBe('left');
    await until('its place is free', async () => (await waiting()) === 0, 2000);
    expect(await running()).toBe(1);
    await first.body?.cancel();
  });

  test('mid-stream: the engine stops, and the next in line begins at once', async () => {
    const { url, running } = await start(ONE_AT_A_TIME);
    const leaver = new AbortController();
    const first = await post(url, 4000, { signal: leaver.signal });
    await first.body?.getReader().read();
    const second = post(url, 2);
    leaver.abort();
    expect((await second).status).toBe(200);
    await until('nothing runs', async () => (await running()) === 0, 2000);
  });

  test('before the first byte of a plain reply', async () => {
    const { url, running } = await start(ONE_AT_A_TIME);
    const leaver = new AbortController();
    const first = post(url, 4000, { signal: leaver.signal, stream: false }).catch(() => 'left');
    await until('it runs', async () => (await running()) === 1);
    leaver.abort();
    expect(await first).toBe('left');
    await until('the engine is free', async () => (await running()) === 0, 2000);
  });
});

describe('more than there is room for', () => {
  test('a full line refuses honestly: 503, a code, when to come back', async () => {
    const { url, waiting } = await start(ONE_AT_A_TIME);
    const leaver = new AbortController();
    const held = [0, 1, 2].map(() => post(url, 4000, { signal: leaver.signal }).catch(() => 'left'));
    await until('the line is full', async () => (await waiting()) === 2);
    const refused = await post(url, 4);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('x-ssw-reject-reason')).toBe('server_overloaded');
    const retryAfterS = Number(refused.headers.get('retry-after'));
    expect(retryAfterS).toBeGreaterThanOrEqual(1);
    expect(retryAfterS).toBeLessThanOrEqual(60);
    expect(await refused.json()).toMatchObject({ error: { code: 'server_overloaded', type: expect.any(String) } });
    leaver.abort();
    await Promise.all(held);
  });

  test('a wait beyond the client’s deadline ends as queue_timeout', async () => {
    const { url } = await start(ONE_AT_A_TIME);
    const first = await post(url, 4000);
    const late = await post(url, 4, { headers: { 'x-ssw-deadline-ms': '300' } });
    expect(late.status).toBe(503);
    expect(await late.json()).toMatchObject({ error: { code: 'queue_timeout' } });
    await first.body?.cancel();
  });
});

test('no prompt is in the log, nor in what engines wrote', async () => {
  const { node, url } = await start(ONE_AT_A_TIME);
  expect((await post(url, 4)).status).toBe(200);
  expect(node.log()).not.toContain('rhododendron');
  expect((await node.command('logs')).out).not.toContain('rhododendron');
});

test('a Redis of the user’s own, by url', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'ssw-own-redis-'));
  const redis = Bun.spawn(
    ['redis-server', '--port', '0', '--unixsocket', `${directory}/r.sock`, '--dir', directory, '--save', ''],
    { stdout: 'ignore' },
  );
  try {
    const { node, url } = await start(`${ONE_AT_A_TIME}redis: { url: 'unix://${directory}/r.sock' }\n`);
    const served = await post(url, 4);
    expect([served.status, served.headers.get('x-ssw-queue')]).toEqual([200, null]);
    expect((await node.status()).redis).toEqual({ kind: 'url', up: true, on_down: 'degraded' });
    expect(node.processes().some((it) => it.name.startsWith('redis-server'))).toBe(false);
    redis.kill('SIGKILL');
    await redis.exited;
    const degraded = await post(url, 4);
    expect([degraded.status, degraded.headers.get('x-ssw-queue')]).toEqual([200, 'degraded']);
    expect((await fetch(`${url}/ready`)).status).toBe(200);
  } finally {
    redis.kill('SIGKILL');
    await redis.exited;
    rmSync(directory, { recursive: true });
  }
});

test('bug: the password of a Redis that does not take it is in no log', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'ssw-own-redis-'));
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data: () => undefined } });
  const port = String(listener.port);
  listener.stop(true);
  const flags = ['--port', port, '--bind', '127.0.0.1', '--requirepass', 'real', '--dir', directory, '--save', ''];
  const redis = Bun.spawn(['redis-server', ...flags], { stdout: 'ignore' });
  try {
    const { node, url } = await start(
      `${ONE_AT_A_TIME.replace('max_depth: 2', 'on_redis_down: refuse')}redis: { url: 'redis://:rhododendron@127.0.0.1:${port}/0' }\n`,
    );
    await until('the refusal is logged', () => node.log().includes('the queue has no store'));
    const refused = await post(url, 4);
    expect([refused.status, await refused.json()]).toMatchObject([503, { error: { code: 'queue_unavailable' } }]);
    expect((await fetch(`${url}/ready`)).status).toBe(503);
    expect(node.log()).not.toContain('rhododendron');
  } finally {
    redis.kill('SIGKILL');
    await redis.exited;
    rmSync(directory, { recursive: true });
  }
});
