import { afterEach, describe, expect, test } from 'bun:test';
import OpenAI from 'openai';
import { FAST_LIMITS, startNode, type TestNode } from '../support/node.ts';
import { until } from '../support/wait.ts';

const CONFIG = `
gateway: { port: 0, cors: { allow_origins: ['https://app.example.com'] } }
pools:
  light: { model: sim/light, max_model_len: 8192, args: { sim-start-s: 0.2, sim-decode-step-ms: 5 } }
  vectors: { model: sim/embed, max_model_len: 8192, args: { sim-start-s: 0.2, runner: pooling } }
replicas: [{ name: light-0, pool: light, gpu: 0, gpu_memory_utilization: 0.4 }, { name: vectors-0, pool: vectors, gpu: 0, gpu_memory_utilization: 0.4 }]
`;
/** No judgement on an engine that is silent for as long as these tests need it to be. */
const PATIENT_LIMITS = `
health: { interval_s: 0.1, timeout_s: 2, dead_after_s: 60, stall_after_s: 60 }
`;

/** The longest a node may take to go, killed after 20 s. */
const STOP_MS_MAX = 30_000;
let started: TestNode | undefined;
afterEach(async () => {
  await started?.[Symbol.asyncDispose]();
  started = undefined;
}, STOP_MS_MAX);

async function start(limits = FAST_LIMITS) {
  const node = await startNode(CONFIG + limits);
  started = node;
  await node.allReady();
  const url = await node.url();
  const post = (path: string, body: object, signal?: AbortSignal) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      body: JSON.stringify({ model: 'light', ...body }),
      headers: { 'content-type': 'application/json' },
      ...(signal === undefined ? {} : { signal }),
    });
  const json = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const response = await post(path, body);
    expect(response.status).toBe(200);
    return JSON.parse(await response.text());
  };
  return { node, url, post, json, sdk: new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 }) };
}

const messages = [{ role: 'user' as const, content: 'Hello' }];

describe('every endpoint of an engine', () => {
  test('answers through the gateway', async () => {
    const { json } = await start();
    expect(await json('/v1/messages', { messages, max_tokens: 3 })).toMatchObject({
      type: 'message',
      stop_reason: 'max_tokens',
      usage: { output_tokens: 3 },
    });
    expect(await json('/v1/messages/count_tokens', { messages })).toMatchObject({ input_tokens: expect.any(Number) });
    const { tokens } = await json('/tokenize', { prompt: 'Hello there' });
    expect(await json('/detokenize', { tokens })).toEqual({ prompt: 'Hello there' });
    expect(await json('/v1/completions', { prompt: ['a', 'b'], max_tokens: 2 })).toMatchObject({
      choices: [{ index: 0 }, { index: 1 }],
    });
  }, 60_000);

  test('OpenAI’s SDK: responses, streamed and not, and embeddings of a pool that has them', async () => {
    const { sdk } = await start();
    const whole = await sdk.responses.create({ model: 'light', input: 'Hello', max_output_tokens: 4 });
    expect([whole.status, whole.usage?.output_tokens]).toEqual(['incomplete', 4]);
    const kinds = new Set<string>();
    for await (const event of await sdk.responses.create({ model: 'light', input: 'Hello', stream: true }))
      kinds.add(event.type);
    expect([...kinds].at(-1)).toBe('response.completed');
    const { data } = await sdk.embeddings.create({ model: 'vectors', input: ['a', 'b'], encoding_format: 'float' });
    expect(data.map((it) => it.embedding.length)).toEqual([8, 8]);
    const refused = await sdk.embeddings.create({ model: 'light', input: 'a' }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 404, code: 'unknown_url' });
  }, 60_000);

  test('what the engine refuses is refused in the words of its API', async () => {
    const { post } = await start();
    const previous = await post('/v1/responses', { input: 'x', previous_response_id: 'resp_1' });
    expect([previous.status, JSON.parse(await previous.text())]).toMatchObject([
      400,
      { error: { code: 'previous_response_not_found', param: 'previous_response_id' } },
    ]);
    const missing = await post('/v1/messages', { messages });
    expect([missing.status, JSON.parse(await missing.text())]).toEqual([
      400,
      { type: 'error', error: { type: 'invalid_request_error', message: 'max_tokens: Field required' } },
    ]);
    expect(missing.headers.get('request-id')).toBe(missing.headers.get('x-request-id') ?? '');
    expect(missing.headers.get('x-should-retry')).toBe('false');
  }, 60_000);
});

test('a usage that nobody asked for is counted and not shown; a tier is told as it was served', async () => {
  const { url, post } = await start();
  const response = await post('/v1/chat/completions', { messages, stream: true, max_tokens: 5, service_tier: 'scale' });
  const text = await response.text();
  expect(text).not.toContain('"usage"');
  expect(text).toContain('data: {"service_tier":"priority",');
  expect(text).toEndWith('data: [DONE]\n\n');
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toMatch(/sswinfer_tokens_total\{pool="light",tenant="anonymous",kind="completion"\} 5\n/);
}, 60_000);

test('a page of an allowed origin may call it', async () => {
  const { url } = await start();
  const headers = { origin: 'https://app.example.com', 'access-control-request-method': 'POST' };
  const response = await fetch(`${url}/v1/chat/completions`, { method: 'OPTIONS', headers });
  expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([204, headers.origin]);
}, 60_000);

describe('a stream', () => {
  const fault = (node: TestNode, name: string) =>
    fetch('http://engine/sim/fault', {
      unix: `${node.directory}/run/light-0.sock`,
      method: 'POST',
      body: JSON.stringify({ fault: name }),
      headers: { 'content-type': 'application/json' },
    });
  const coreOf = (node: TestNode): number | undefined => {
    const processes = node.processes();
    const leader = processes.find(
      (it) => it.command.includes('sim-engine serve') && it.command.includes('light-0.sock'),
    );
    return processes.find((it) => it.parent === leader?.pid)?.pid;
  };

  test.each([
    ['/v1/chat/completions', { messages }, ': keep-alive\n\n'],
    ['/v1/messages', { messages, max_tokens: 50 }, 'event: ping\ndata: {"type": "ping"}\n\n'],
  ])(
    'that falls silent says that it lives: %s',
    async (path, body, said) => {
      const { node, post } = await start(PATIENT_LIMITS);
      await fault(node, 'stall_stream');
      const leaver = new AbortController();
      const response = await post(path, { ...body, stream: true }, leaver.signal);
      let text = '';
      const decoder = new TextDecoder();
      const read = async (): Promise<void> => {
        for await (const bytes of response.body ?? []) text += decoder.decode(bytes, { stream: true });
      };
      const reading = read().catch(() => 'left');
      await until('it speaks', () => text.endsWith(said), 20_000);
      leaver.abort();
      await reading;
    },
    60_000,
  );

  test.each([
    ['/v1/responses', { input: 'Hello', max_output_tokens: 4000 }, /\n\nevent: error\ndata: \{"type":"error",.*\n\n$/],
    ['/v1/messages', { messages, max_tokens: 4000 }, /\n\nevent: error\ndata: \{"type":"error",.*api_error.*\n\n$/],
    ['/v1/chat/completions', { messages, max_tokens: 4000 }, /\n\ndata: \{"error":\{.*engine_failed.*\n\n$/],
  ])(
    'whose engine dies ends with an error of its kind: %s',
    async (path, body, end) => {
      const { node, post } = await start();
      const response = await post(path, { ...body, stream: true, ignore_eos: true });
      let text = '';
      const decoder = new TextDecoder();
      for await (const bytes of response.body ?? []) {
        const core = text === '' ? coreOf(node) : undefined;
        if (core !== undefined) process.kill(core, 'SIGKILL');
        text += decoder.decode(bytes, { stream: true });
      }
      expect(text).toMatch(end);
      expect(text).not.toMatch(/\[DONE\]|message_stop|response\.completed/);
    },
    60_000,
  );
});
