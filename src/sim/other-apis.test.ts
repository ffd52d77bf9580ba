import { describe, expect, test } from 'bun:test';
import OpenAI from 'openai';
import recorded from '../engine/fixtures/vllm-0.32.0/replies.json';
import { cleanUpEngines, startEngine, type TestEngine } from './fixtures/engine.ts';
import { jsonOf } from './fixtures/events.ts';
import { isRecord } from './openai/json.ts';

cleanUpEngines();

const FLAGS =
  '--served-model-name m --max-model-len 2048 --sim-speed 20 --enable-auto-tool-choice --tool-call-parser hermes';
const start = (more = ''): Promise<TestEngine> => startEngine({ flags: `${FLAGS} ${more}`.trim().split(' ') });
const ASK = { model: 'm', messages: [{ role: 'user', content: 'Hello' }] };
const WEATHER = { name: 'get_weather', input_schema: { type: 'object', properties: { city: { type: 'string' } } } };

const bodyOf = (name: string): string => recorded.find((it) => it.name === name)?.body ?? '';
/** Names of events, each run of the same one once: how long an answer is does not matter. */
const eventsIn = (text: string): readonly string[] =>
  [...text.matchAll(/^event: (.*)$/gm)].map(([, name = '']) => name).filter((it, at, all) => it !== all[at - 1]);
/** Paths of all keys, without those of lists' members. */
function keysOf(value: unknown, path = ''): readonly string[] {
  if (!isRecord(value)) return [path];
  return Object.entries(value).flatMap(([key, member]) => keysOf(member, `${path}.${key}`));
}

describe('as the recorded engine answers', () => {
  test('/v1/messages', async () => {
    const engine = await start();
    const answer = await jsonOf(await engine.post('/v1/messages', { ...ASK, max_tokens: 5 }));
    expect(keysOf(answer)).toEqual(keysOf(JSON.parse(bodyOf('messages'))));
    expect(answer).toMatchObject({ type: 'message', stop_reason: 'max_tokens', usage: { output_tokens: 5 } });
  });

  test('/v1/messages, streamed', async () => {
    const engine = await start();
    const text = await (await engine.post('/v1/messages', { ...ASK, max_tokens: 5, stream: true })).text();
    expect(eventsIn(text)).toEqual(eventsIn(bodyOf('messages stream')));
    expect(text).toEndWith('event: message_stop\ndata: {"type":"message_stop"}\n\n');
  });

  test('/v1/messages with a tool', async () => {
    const engine = await start();
    const tools = { tools: [WEATHER], tool_choice: { type: 'tool', name: 'get_weather' } };
    const { content, stop_reason: reason } = await jsonOf(
      await engine.post('/v1/messages', { ...ASK, ...tools, max_tokens: 90 }),
    );
    expect([content, reason]).toMatchObject([[{ type: 'tool_use', name: 'get_weather' }], 'tool_use']);
    const streamed = await engine.post('/v1/messages', { ...ASK, ...tools, max_tokens: 90, stream: true });
    expect(eventsIn(await streamed.text())).toEqual(eventsIn(bodyOf('messages tool stream')));
  });

  test('/v1/messages/count_tokens', async () => {
    const engine = await start();
    const { input_tokens: tokens, ...rest } = await jsonOf(await engine.post('/v1/messages/count_tokens', ASK));
    expect(rest).toEqual({ context_management: { original_input_tokens: tokens } });
    const { usage } = await jsonOf(await engine.post('/v1/messages', { ...ASK, max_tokens: 1 }));
    expect(usage).toMatchObject({ input_tokens: tokens });
  });

  test('/v1/responses', async () => {
    const engine = await start();
    const answer = await jsonOf(
      await engine.post('/v1/responses', { model: 'm', input: 'Hello', max_output_tokens: 5 }),
    );
    const real = new Set(keysOf(JSON.parse(bodyOf('responses'))));
    expect(keysOf(answer).filter((key) => !real.has(key))).toEqual([]);
    expect(answer).toMatchObject({ object: 'response', status: 'incomplete', usage: { output_tokens: 5 } });
  });

  test('/v1/responses, streamed', async () => {
    const engine = await start();
    const ask = { model: 'm', input: 'Hello', max_output_tokens: 5, stream: true };
    const text = await (await engine.post('/v1/responses', ask)).text();
    expect(eventsIn(text)).toEqual(eventsIn(bodyOf('responses stream')));
    const numbers = [...text.matchAll(/"sequence_number":(\d+)/g)].map(([, number]) => Number(number));
    expect(numbers).toEqual(numbers.map((_, index) => index));
  });

  test.each([
    ['background', { background: true }, 400, 'background'],
    ['previous_response_id', { previous_response_id: 'resp_1' }, 404, 'response_id'],
  ])('/v1/responses refuses %s: nothing is stored', async (_, fields, status, param) => {
    const engine = await start();
    const refused = await engine.post('/v1/responses', { model: 'm', input: 'x', ...fields });
    expect([refused.status, await jsonOf(refused)]).toMatchObject([status, { error: { param, code: status } }]);
  });

  test('/v1/messages refuses in Anthropic’s shape, but for what the framework refuses', async () => {
    const engine = await start();
    const unknown = await jsonOf(await engine.post('/v1/messages', { ...ASK, max_tokens: 1, model: 'nope' }));
    expect(unknown).toMatchObject({ type: 'error', error: { type: 'NotFoundError' } });
    const missing = await jsonOf(await engine.post('/v1/messages', ASK));
    expect(missing).toMatchObject({ error: { type: 'Bad Request', param: 'body.max_tokens', code: 400 } });
  });

  test('/v1/embeddings is there where the model embeds, and nowhere else', async () => {
    const ask = { model: 'm', input: ['Hello', 'Hello', 'other'] };
    const refused = await (await start()).post('/v1/embeddings', ask);
    expect([refused.status, await jsonOf(refused)]).toEqual([404, { detail: 'Not Found' }]);
    const engine = await start('--runner pooling');
    const { data, usage } = await jsonOf(await engine.post('/v1/embeddings', ask));
    const [first, same, other] = Array.isArray(data) ? data.map((it: { embedding: unknown }) => it.embedding) : [];
    expect(first).toEqual(same);
    expect(first).not.toEqual(other);
    expect(usage).toMatchObject({ prompt_tokens: 6, completion_tokens: 0 });
  });
});

test('OpenAI’s SDK reads a streamed response with a tool', async () => {
  const engine = await start();
  const unix = engine.socket;
  const viaSocket = (url: string | URL | Request, init?: RequestInit) => fetch(url, { ...init, unix });
  const client = new OpenAI({ baseURL: 'http://engine/v1', apiKey: 'none', fetch: viaSocket });
  const tools = [{ type: 'function' as const, name: 'get_weather', strict: false, parameters: WEATHER.input_schema }];
  const stream = client.responses.stream({ model: 'm', input: 'Hello', tools, tool_choice: 'required' });
  const { output, status } = await stream.finalResponse();
  expect([status, output]).toMatchObject(['completed', [{ type: 'function_call', name: 'get_weather' }]]);
});

describe('an engine that dies', () => {
  const dying = async (path: string, fields: object): Promise<{ text: string; broke: boolean }> => {
    const engine = await start();
    const response = await engine.post(path, { model: 'm', stream: true, ignore_eos: true, ...fields });
    const decoder = new TextDecoder();
    let text = '';
    let broke = false;
    try {
      for await (const bytes of response.body ?? []) {
        if (text === '') process.kill(engine.corePid(), 'SIGKILL');
        text += decoder.decode(bytes, { stream: true });
      }
    } catch {
      broke = true;
    }
    return { text, broke };
  };

  test('breaks a response off without a word, as vLLM does', async () => {
    const { text, broke } = await dying('/v1/responses', { input: 'Hello', max_output_tokens: 1500 });
    expect([broke, text.includes('response.completed')]).toEqual([true, false]);
  });

  test('ends a message with an event that nobody understands, as vLLM does', async () => {
    const { text, broke } = await dying('/v1/messages', { messages: ASK.messages, max_tokens: 1500 });
    expect(broke).toBe(false);
    expect(text).toMatch(/event: error\ndata: .*ChatCompletionStreamResponse.*\n\n$/);
  });
});
