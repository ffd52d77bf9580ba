import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FAST_LIMITS, FAST_REPLICAS, startNode } from '../support/node.ts';
import { until } from '../support/wait.ts';

const stream = (url: string, signal?: AbortSignal) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'heavy',
      stream: true,
      max_tokens: 200,
      ignore_eos: true,
      messages: [{ role: 'user', content: 'Hello' }],
    }),
    ...(signal === undefined ? {} : { signal }),
  });

describe('however the node ends, no engine is left', () => {
  test('SIGTERM: running streams finish, new ones are refused, exit 0, nothing left', async () => {
    await using node = await startNode(FAST_REPLICAS + FAST_LIMITS);
    await node.allReady();
    const url = await node.url();
    const running = await stream(url);
    node.signal('SIGTERM');
    const text = await running.text();
    expect(text.trimEnd()).toEndWith('data: [DONE]');
    expect(text).toContain('"finish_reason":"length"');
    expect(await node.exited).toBe(0);
    expect(node.processes()).toEqual([]);
  });

  test('a second SIGTERM does not wait for running streams', async () => {
    await using node = await startNode(
      FAST_REPLICAS.replaceAll('sim-speed: 20', 'sim-speed: 1') +
        FAST_LIMITS.replace('drain_timeout_s: 5', 'drain_timeout_s: 600'),
    );
    await node.allReady();
    const response = await fetch(`${await node.url()}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'heavy',
        stream: true,
        max_tokens: 8000,
        ignore_eos: true,
        messages: [{ role: 'user', content: 'Hello' }],
      }),
    });
    node.signal('SIGTERM');
    await until(
      'it drains',
      async () =>
        (await fetch(`${await node.url()}/ready`).then(
          (it) => it.status,
          () => 503,
        )) === 503,
    );
    node.signal('SIGTERM');
    const text = await response.text().catch(() => 'broken');
    expect(text).not.toContain('[DONE]');
    expect(await node.exited).toBe(0);
    expect(node.processes()).toEqual([]);
  });

  test('kill -9 of the node: guard and engines follow it within a moment', async () => {
    await using node = await startNode(FAST_REPLICAS + FAST_LIMITS);
    await node.allReady();
    expect(node.processes().length).toBeGreaterThanOrEqual(10); // node, guard, redis, four leaders, four cores
    node.signal('SIGKILL');
    await node.exited;
    await until('nothing of it is left', () => node.processes().length === 0, 5000);
  });

  test('kill -9 while engines start', async () => {
    await using node = await startNode(FAST_REPLICAS.replaceAll('sim-start-s: 2', 'sim-start-s: 100') + FAST_LIMITS);
    await node.url();
    await until(
      'two engines start, one a card',
      async () => (await node.status()).replicas.filter((it) => it.pid !== null).length === 2,
    );
    node.signal('SIGKILL');
    await until('nothing of it is left', () => node.processes().length === 0, 5000);
  });
});

describe('cards', () => {
  test('one start at a time a card, cards side by side', async () => {
    await using node = await startNode(FAST_REPLICAS + FAST_LIMITS);
    await node.url();
    const seen = new Set<string>();
    await until('all are ready', async () => {
      const { replicas } = await node.status();
      const starting = replicas.filter((it) => it.state === 'starting' || it.state === 'warming');
      for (const gpu of [0, 1]) {
        const onCard = starting.filter((it) => it.gpu === gpu);
        expect(onCard.length).toBeLessThanOrEqual(1);
      }
      if (starting.length === 2) seen.add('side by side');
      return replicas.every((it) => it.state === 'ready');
    });
    expect(seen).toContain('side by side');
  });
});

test('bug: a signal before the node listens is heard: SIGHUP harms nothing, SIGTERM ends it with 0', async () => {
  await using node = await startNode(FAST_REPLICAS + FAST_LIMITS);
  await until('it has begun', () => existsSync(join(node.directory, 'state/node-id')));
  node.signal('SIGHUP');
  node.signal('SIGTERM');
  expect(await node.exited).toBe(0);
  expect(node.processes()).toEqual([]);
});
