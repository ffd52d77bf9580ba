import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { FAST_LIMITS, FAST_REPLICAS, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
let url: string;
beforeAll(async () => {
  node = await startNode(FAST_REPLICAS + FAST_LIMITS);
  await node.allReady();
  url = await node.url();
});
afterAll(() => node[Symbol.asyncDispose]());

const ask = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const chat = (model: string, more: object = {}, headers: Record<string, string> = {}) =>
  ask(
    '/v1/chat/completions',
    { model, max_tokens: 8, messages: [{ role: 'user', content: 'Hello' }], ...more },
    headers,
  );

describe('four engines behind one address', () => {
  test('each name leads to its pool; the answer carries the real model', async () => {
    for (const [name, pool, model] of [
      ['heavy', 'heavy', 'sim/heavy-14b'],
      ['smart', 'heavy', 'sim/heavy-14b'],
      ['sim/light-8b', 'light', 'sim/light-8b'],
    ] as const) {
      const response = await chat(name);
      expect(response.status).toBe(200);
      expect(response.headers.get('x-ssw-pool')).toBe(pool);
      expect(response.headers.get('x-ssw-replica')).toStartWith(`${pool}-`);
      expect(await response.json()).toMatchObject({ model, choices: [{ finish_reason: 'length' }] });
    }
  });

  test('the header wins over the model field', async () => {
    const response = await chat('gpt-4o', {}, { 'x-ssw-pool': 'light' });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ model: 'sim/light-8b' });
  });

  test('a stream comes in vLLM’s shape, ends with [DONE] and tells its usage', async () => {
    const response = await chat('heavy', { stream: true, stream_options: { include_usage: true } });
    expect(response.headers.get('content-type')).toStartWith('text/event-stream');
    const events = (await response.text()).trimEnd().split('\n\n');
    expect(events.at(-1)).toBe('data: [DONE]');
    const chunks = events
      .slice(0, -1)
      .map((it) => JSON.parse(it.slice(6)) as { usage?: { completion_tokens: number } });
    expect(chunks.at(-1)?.usage?.completion_tokens).toBe(8);
  });

  test('text completions and models', async () => {
    const completion = await ask('/v1/completions', { model: 'light', prompt: 'Hello', max_tokens: 4 });
    expect(await completion.json()).toMatchObject({ object: 'text_completion', usage: { completion_tokens: 4 } });
    const models = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] };
    expect(models.data.map((it) => it.id)).toEqual(
      expect.arrayContaining(['heavy', 'light', 'smart', 'sim/heavy-14b', 'sim/light-8b']),
    );
  });

  test('an unknown model is 404 in OpenAI’s shape and lists what exists', async () => {
    const response = await chat('gpt-4o');
    expect(response.status).toBe(404);
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    expect(error.code).toBe('model_not_found');
    expect(error.message).toContain('heavy');
  });

  test('an engine’s own refusal keeps its status and gets a string for a code', async () => {
    const response = await chat('heavy', { max_tokens: 1_000_000 });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: expect.any(String), type: expect.any(String) } });
  });

  test('/health, /ready and /metrics', async () => {
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect((await fetch(`${url}/ready`)).status).toBe(200);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    for (const name of [
      'requests_total',
      'replica_state',
      'queue_depth',
      'redis_up',
      'build_info',
      'time_to_first_token_seconds',
    ])
      expect(metrics).toContain(`# TYPE sswinfer_${name} `);
    expect(metrics).toMatch(/sswinfer_replica_state\{[^}]*replica="heavy-0"[^}]*state="ready"[^}]*\} 1/);
  });
});

describe('the command line against a running node', () => {
  test('status tells pools and replicas, as tables and as JSON, and that the engines are simulated', async () => {
    const shown = await node.command('status');
    expect(shown).toMatchObject({ code: 0, err: '' });
    expect(shown.out).toMatch(/heavy-0 +heavy +0 +ready/);
    expect(shown.out).toContain('SIMULATED');
    const report = JSON.parse((await node.command('status', '--json')).out) as { ready: boolean; replicas: unknown[] };
    expect(report).toMatchObject({ ready: true, engine: 'sim' });
    expect(report.replicas).toHaveLength(4);
  });

  test('logs has the engines’ own lines and the supervisor’s between them', async () => {
    const shown = await node.command('logs', 'heavy-0');
    expect(shown.out).toContain('Application startup complete');
    expect(shown.out).toContain('▸');
    expect(shown.out).not.toContain('light-0');
    expect((await node.command('logs', '-n', '3')).out.trim().split('\n')).toHaveLength(3);
  });

  test('a second node on the same directories is refused, and the first goes on', async () => {
    const second = await node.command('serve');
    expect(second.code).toBe(75);
    expect(second.err).toContain('another ssw-infer');
    expect((await chat('light')).status).toBe(200);
  });
});

describe('an operator’s restart', () => {
  test('waits until the replica is ready again, in a new process, without a failed request', async () => {
    const before = await node.replica('heavy-0');
    const results: number[] = [];
    let running = true;
    const traffic = (async () => {
      while (running) results.push((await chat('heavy')).status);
    })();
    const { code, err } = await node.command('restart', 'heavy-0');
    running = false;
    await traffic;
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
    const after = await node.replica('heavy-0');
    expect(after.state).toBe('ready');
    expect(after.pid).not.toBe(before.pid);
    expect(new Set(results)).toEqual(new Set([200]));
  });

  test('an unknown replica is told with those that exist', async () => {
    const { code, err } = await node.command('restart', 'heavy-9');
    expect(code).toBe(1);
    expect(err).toContain('heavy-0');
  });
});
