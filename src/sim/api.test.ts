import { describe, expect, test } from 'bun:test';
import OpenAI from 'openai';
import { cleanUpEngines, startEngine, until, type TestEngine } from './fixtures/engine.ts';
import { choiceOf, fieldsOf, jsonOf, readEvents } from './fixtures/events.ts';

cleanUpEngines();

const FLAGS =
  '--served-model-name real/name alias --max-model-len 2048 --sim-speed 20 --enable-auto-tool-choice --tool-call-parser hermes'.split(
    ' ',
  );
const MESSAGES = [{ role: 'user', content: 'Hello' }];
const WEATHER = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 1 } } },
  },
} as const;

const metric = async (engine: TestEngine, name: string): Promise<number> => {
  const text = await (await engine.get('/metrics')).text();
  const line = text.split('\n').find((it) => it.startsWith(`${name}{`) || it.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1));
};

describe('documents', () => {
  test('/v1/models lists every served name with the length of its context', async () => {
    const engine = await startEngine({ flags: FLAGS });
    const { data } = await jsonOf(await engine.get('/v1/models'));
    expect(data).toMatchObject([
      { id: 'real/name', max_model_len: 2048, owned_by: 'ssw-infer-simulated' },
      { id: 'alias', max_model_len: 2048 },
    ]);
  });

  test('/version says that it is simulated', async () => {
    const engine = await startEngine();
    expect(await jsonOf(await engine.get('/version'))).toMatchObject({ version: expect.stringContaining('simulated') });
  });

  test('/tokenize and /detokenize are inverse', async () => {
    const engine = await startEngine();
    const { tokens, count } = await jsonOf(await engine.post('/tokenize', { prompt: 'Grüße, 世界' }));
    expect(count).toBe(4);
    expect(await jsonOf(await engine.post('/detokenize', { tokens }))).toEqual({ prompt: 'Grüße, 世界' });
  });

  test('an unknown path is 404 and a wrong method 405, in FastAPI’s shape', async () => {
    const engine = await startEngine();
    const [unknown, wrong] = [await engine.get('/nope'), await engine.get('/v1/chat/completions')];
    expect([unknown.status, await unknown.json()]).toEqual([404, { detail: 'Not Found' }]);
    expect([wrong.status, await wrong.json()]).toEqual([405, { detail: 'Method Not Allowed' }]);
  });

  test('--api-key guards /v1 and nothing else', async () => {
    const engine = await startEngine({ flags: ['--api-key', 'k'] });
    const refused = await engine.get('/v1/models');
    expect([refused.status, await refused.json()]).toEqual([401, { error: 'Unauthorized' }]);
    expect((await engine.get('/metrics')).status).toBe(200);
  });
});

describe('refusals', () => {
  const cases: readonly (readonly [string, unknown, Readonly<Record<string, unknown>>])[] = [
    ['an unknown model', { messages: MESSAGES, model: 'nope' }, { type: 'NotFoundError', param: 'model', code: 404 }],
    ['too many output tokens', { messages: MESSAGES, max_tokens: 100_000 }, { param: 'max_tokens', code: 400 }],
    [
      'too long a prompt',
      { messages: [{ role: 'user', content: 'x'.repeat(9000) }] },
      { param: 'input_tokens', code: 400 },
    ],
    ['negative max_tokens', { messages: MESSAGES, max_tokens: -1 }, { param: 'max_tokens', code: 400 }],
    ['a wild temperature', { messages: MESSAGES, temperature: 9 }, { param: 'temperature', code: 400 }],
    ['broken JSON', '{x', { type: 'Bad Request', param: 'body.1', code: 400 }],
    ['no messages', { model: 'alias' }, { type: 'Bad Request', param: 'body.messages', code: 400 }],
  ];
  test.each(cases)('%s', async (_, body, error) => {
    const engine = await startEngine({ flags: FLAGS });
    const answer = await engine.post('/v1/chat/completions', body);
    expect(answer.status).toBe(Number(error['code']));
    expect(await jsonOf(answer)).toMatchObject({ error: { message: expect.any(String), ...error } });
  });

  test('the texts are vLLM’s', async () => {
    const engine = await startEngine({ flags: FLAGS });
    const tooMany = await jsonOf(await engine.chat({ max_tokens: 100_000 }));
    expect(tooMany).toMatchObject({
      error: {
        message:
          'max_tokens=100000 cannot be greater than max_model_len=max_total_tokens=2048. Please request fewer output tokens. (parameter=max_tokens, value=100000)',
      },
    });
  });

  test('a wrong content type is 400', async () => {
    const engine = await startEngine();
    const answer = await engine.post('/v1/chat/completions', '{}', { headers: { 'content-type': 'text/plain' } });
    expect(answer.status).toBe(400);
  });

  test('--max-num-queued-reqs answers 503 beyond its bound', async () => {
    const engine = await startEngine({ flags: ['--max-num-queued-reqs', '1'] });
    await engine.chat();
    const answer = await engine.chat();
    expect([answer.status, await metric(engine, 'vllm:admission_rejections_total')]).toEqual([503, 1]);
  });
});

describe('a stream', () => {
  test('role first, then content, then the reason, then usage, then [DONE]', async () => {
    const engine = await startEngine({ flags: FLAGS });
    const body = { max_tokens: 6, stream_options: { include_usage: true } };
    const answer = await engine.chat(body, { headers: { 'x-request-id': 'abc' } });
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const reader = readEvents(answer);
    await reader.done;
    const chunks = reader.events.slice(0, -1).map(fieldsOf);
    expect(reader.events.at(-1)).toBe('[DONE]');
    expect(chunks[0]).toMatchObject({ id: 'chatcmpl-abc', model: 'real/name', object: 'chat.completion.chunk' });
    expect(choiceOf(chunks[0] ?? {})['delta']).toEqual({ role: 'assistant', content: '' });
    expect(choiceOf(chunks.at(-2) ?? {})['finish_reason']).toBe('length');
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { completion_tokens: 6 },
      system_fingerprint: 'simulated',
    });
  });

  test('its status line comes before its first token', async () => {
    const engine = await startEngine({ flags: ['--sim-prefill-tokens-per-s', '1'] });
    const answer = await engine.chat();
    expect(answer.status).toBe(200);
    expect(await metric(engine, 'vllm:generation_tokens_total')).toBe(0);
  });

  test('continuous_usage_stats puts usage on every chunk', async () => {
    const engine = await startEngine({ flags: FLAGS });
    const options = { include_usage: true, continuous_usage_stats: true };
    const reader = readEvents(await engine.chat({ max_tokens: 3, stream_options: options }));
    await reader.done;
    expect(reader.events.slice(0, -1).map((event) => fieldsOf(event)['usage'])).not.toContain(undefined);
  });

  test('a client that leaves frees its place, streamed or not', async () => {
    const engine = await startEngine();
    const client = new AbortController();
    const { signal } = client;
    const answers = [engine.chat({}, { signal }), engine.chat({ stream: false }, { signal })];
    await until(async () => (await metric(engine, 'vllm:num_requests_running')) === 2);
    client.abort();
    await Promise.allSettled(answers);
    await until(async () => (await metric(engine, 'vllm:num_requests_running')) === 0);
    expect(await metric(engine, 'vllm:request_success_total')).toBe(0);
  });
});

/** The official client, told to use the engine's socket. */
const sdk = (engine: TestEngine) =>
  new OpenAI({
    apiKey: 'none',
    baseURL: 'http://engine/v1',
    maxRetries: 0,
    fetch: (url, init) => fetch(url, { ...init, unix: engine.socket }),
  });

describe('the official SDK', () => {
  test('reads a chat completion, and the same one again for the same prompt', async () => {
    const engine = await startEngine({ flags: FLAGS });
    const ask = () =>
      sdk(engine).chat.completions.create({ model: 'alias', messages: [{ role: 'user', content: 'Hello' }] });
    const [first, second] = [await ask(), await ask()];
    expect(first.choices[0]?.message.content).toStartWith('[simulated] ');
    expect(first.choices[0]?.finish_reason).toBe('stop');
    expect(second.choices[0]?.message.content).toBe(first.choices[0]?.message.content ?? '');
  });

  test('reads a streamed tool call with arguments that are JSON of the schema', async () => {
    const engine = await startEngine({ flags: FLAGS });
    const stream = sdk(engine).chat.completions.stream({
      model: 'alias',
      messages: [{ role: 'user', content: 'What is the weather in Paris?' }],
      tools: [WEATHER],
    });
    const { choices } = await stream.finalChatCompletion();
    expect(choices[0]?.finish_reason).toBe('tool_calls');
    const call = choices[0]?.message.tool_calls?.[0];
    expect(call).toMatchObject({ type: 'function', function: { name: 'get_weather' } });
    expect(call?.type === 'function' ? JSON.parse(call.function.arguments) : {}).toEqual({
      city: 'simulated',
      days: 1,
    });
  });

  test('reads structured output', async () => {
    const engine = await startEngine({ flags: FLAGS });
    const schema = { type: 'object', properties: { name: { type: 'string' }, age: { type: 'integer' } } };
    const answer = await sdk(engine).chat.completions.create({
      model: 'alias',
      messages: [{ role: 'user', content: 'A person.' }],
      response_format: { type: 'json_schema', json_schema: { name: 'person', schema } },
    });
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual({ name: 'simulated', age: 0 });
  });

  test('reads text completions, several at once', async () => {
    const engine = await startEngine({ flags: FLAGS });
    const answer = await sdk(engine).completions.create({ model: 'alias', prompt: ['a', 'b'], n: 2, max_tokens: 4 });
    expect(answer.choices.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(answer.usage?.completion_tokens).toBe(16);
  });
});

test('the start is told in vLLM’s lines and order', async () => {
  const engine = await startEngine();
  const told = [
    'non-default args',
    'Resolved architecture',
    'Using max model len',
    'Initializing a V1 LLM engine',
    'Starting to load model',
    'Loading safetensors checkpoint shards',
    'Loading weights took',
    'Model loading took',
    'Using cache directory',
    'Dynamo bytecode transform time',
    'torch.compile took',
    'Available KV cache memory',
    'GPU KV cache size: 60,000 tokens, Maximum concurrency for',
    'Capturing CUDA graphs',
    'Graph capturing finished',
    'init engine (profile, create kv cache, warmup model) took',
    'Supported tasks',
    'Starting vLLM server on',
    'Available routes are:',
    'Application startup complete.',
  ];
  const lines = engine.output().split('\n');
  const places = told.map((text) => lines.findIndex((line) => line.includes(text)));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(places).not.toContain(-1);
});
