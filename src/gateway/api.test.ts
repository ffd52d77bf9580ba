import { describe, expect, test } from 'bun:test';
import recorded from '../engine/fixtures/vllm-0.32.0/replies.json';
import { APIS } from './api.ts';
import { post, rawClient } from './fixtures/raw-client.ts';
import {
  completion,
  fails,
  hangs,
  says,
  STREAM_TYPE,
  streams,
  pieces,
  type Script,
} from './fixtures/scripted-engine.ts';
import { ASK, ASK_STREAM, chat, startTestGateway, until } from './fixtures/test-gateway.ts';

const bodyOf = (name: string): string => recorded.find((it) => it.name === name)?.body ?? '';
const ask = (url: string, path: string, fields: object = {}, headers: Record<string, string> = {}) =>
  fetch(`${url}${path}`, {
    method: 'POST',
    body: JSON.stringify({ model: 'heavy', ...fields }),
    headers: { 'content-type': 'application/json', ...headers },
  });
const jsonOf = async (response: Response): Promise<Record<string, unknown>> => JSON.parse(await response.text());

/** Answers with a recorded reply; a stream that the engine's death broke ends so. */
function replays(name: string): Script {
  const { body = '', contentType = '', broke = false } = recorded.find((it) => it.name === name) ?? {};
  if (contentType === 'application/json') return says(body);
  return () =>
    Promise.resolve({ ok: true, status: 200, headers: STREAM_TYPE, body: pieces([body], broke ? 'break' : 'end') });
}

describe('each API goes to an engine, and its reply comes back byte for byte', () => {
  test.each([
    ['/v1/chat/completions', 'chat'],
    ['/v1/completions', 'text'],
    ['/v1/responses', 'responses'],
    ['/v1/messages', 'messages'],
    ['/v1/messages/count_tokens', 'count'],
    ['/tokenize', 'tokenize'],
    ['/detokenize', 'detokenize'],
    ['/v1/embeddings', 'tokenize'],
    ['/v1/responses', 'responses stream'],
    ['/v1/messages', 'messages stream'],
    ['/v1/messages', 'messages tool stream'],
  ])('%s: %s', async (path, name) => {
    await using it = startTestGateway([replays(name)]);
    const fields = { odd: [1, { deep: null }], stream: name.includes('stream') };
    const response = await ask(it.url, path, fields);
    expect([response.status, await response.text()]).toEqual([200, bodyOf(name)]);
    expect(it.queue.sent[0]?.path).toBe(path);
    expect(JSON.parse(String(it.queue.sent[0]?.body))).toMatchObject({ model: 'heavy', ...fields });
    expect(it.queue.outcomes).toEqual(['completed']);
  });

  test('counting has no stream, also where its body says so: its answer is waited for', async () => {
    const line = Promise.withResolvers<readonly Script[]>();
    await using it = startTestGateway(line.promise, { flushAfterMs: 1 });
    const answer = ask(it.url, '/v1/messages/count_tokens', { stream: true });
    await until(() => it.queue.waiting() === 1);
    await Bun.sleep(20); // that no headers come can only be watched
    line.resolve([replays('count')]);
    expect((await answer).headers.get('content-type')).toStartWith('application/json');
  });

  test('their tokens are counted', async () => {
    for (const name of ['responses', 'responses stream', 'messages', 'messages stream']) {
      await using it = startTestGateway([replays(name)]);
      await (await ask(it.url, `/v1/${name.split(' ')[0]}`, { stream: name.includes('stream') })).text();
      expect(it.queue.finishedWith[0]).toMatchObject({ prompt: 13 });
    }
  });
});

describe('what each is guessed to cost', () => {
  test.each([
    ['/v1/chat/completions', { max_completion_tokens: 7, max_tokens: 9 }, { outputTokensMax: 7 }],
    ['/v1/completions', { prompt: ['a', 'b'], max_tokens: 9 }, { outputTokensMax: 9, choices: 2 }],
    ['/v1/completions', { max_completion_tokens: 1, max_tokens: 9 }, { outputTokensMax: 9 }], // bug: engines pass over the first
    ['/v1/responses', { max_output_tokens: 8, max_tokens: 9 }, { outputTokensMax: 8 }],
    ['/v1/messages', { max_tokens: 6 }, { outputTokensMax: 6 }],
    ['/v1/messages/count_tokens', { text: 'x'.repeat(9000) }, { promptTokens: 1, outputTokensMax: 1 }],
    ['/tokenize', { prompt: 'x'.repeat(9000) }, { promptTokens: 1, outputTokensMax: 1 }],
    ['/v1/embeddings', { input: 'x'.repeat(4000) }, { promptTokens: 1007, outputTokensMax: 1 }],
  ])('%s', async (path, fields, size) => {
    await using it = startTestGateway([says('{}')]);
    await ask(it.url, path, fields);
    expect(it.queue.tickets[0]?.size).toMatchObject(size);
  });
});

describe("errors of /v1/messages are in Anthropic's shape", () => {
  const asked = async (
    plan: Parameters<typeof startTestGateway>[0],
    path = '/v1/messages',
    body = '{"model":"heavy"}',
  ) => {
    await using it = startTestGateway(plan);
    const response = await fetch(`${it.url}${path}`, { method: 'POST', body });
    return { status: response.status, headers: response.headers, body: await jsonOf(response) };
  };
  const refused = (type: string) => ({ type: 'error', error: { type, message: expect.any(String) } });

  test.each([
    ['an unknown model', [], '{"model":"nope"}', 404, 'not_found_error'],
    ['no JSON', [], '{', 400, 'invalid_request_error'],
    ["the engine's no", [says('{"error":{"message":"no"}}', 400)], ASK, 400, 'invalid_request_error'],
    ['a dead engine', [fails('reset'), fails('reset'), fails('reset')], ASK, 500, 'api_error'],
  ] as const)('%s', async (_, plan, body, status, type) => {
    const said = await asked([...plan], '/v1/messages', body);
    expect([said.status, said.body]).toEqual([status, refused(type)]);
    expect(said.headers.get('request-id')).toBe('id-1');
  });

  test('a full queue is overloaded, and may be tried again', async () => {
    const said = await asked({ reason: 'server_overloaded', depth: 9, retryAfterMs: 1500 });
    expect([said.status, said.body]).toEqual([529, refused('overloaded_error')]);
    expect(said.headers.get('x-should-retry')).toBe('true');
    expect(said.headers.get('retry-after-ms')).toBe('1500');
    const limited = await asked({ reason: 'tenant_queue_full', depth: 9, retryAfterMs: 1500 });
    expect([limited.status, limited.body]).toEqual([429, refused('rate_limit_error')]);
  });

  test('below it too, and where nothing is', async () => {
    expect((await asked([], '/v1/messages/count_tokens', '{')).body).toEqual(refused('invalid_request_error'));
    const nothing = await asked([], '/v1/messages/batches');
    expect([nothing.status, nothing.body]).toEqual([404, refused('not_found_error')]);
  });
});

describe('a stream that breaks ends with an error event of its own kind, and never with the mark of a whole one', () => {
  test('/v1/chat/completions', async () => {
    await using it = startTestGateway([replays('chat stream, its engine dies')]);
    const text = await (await ask(it.url, '/v1/chat/completions', { stream: true })).text();
    expect(text).toMatch(/\n\ndata: \{"error":\{.*"code":"engine_failed"\}\}\n\n$/);
    expect(text).not.toContain('[DONE]');
    expect(it.queue.outcomes).toEqual(['engine_died']);
  });

  test('/v1/responses', async () => {
    await using it = startTestGateway([replays('responses stream, its engine dies')]);
    const text = await (await ask(it.url, '/v1/responses', { stream: true })).text();
    const [, last = '{}'] = /\n\nevent: error\ndata: (.*)\n\n$/.exec(text) ?? [];
    const error = { code: 'engine_failed', param: null };
    expect(JSON.parse(last)).toMatchObject({ type: 'error', sequence_number: 10, ...error, error });
    expect(text).not.toContain('response.completed');
    expect(it.queue.outcomes).toEqual(['connection_broke']);
  });

  test('/v1/messages', async () => {
    await using it = startTestGateway([replays('messages stream, its engine dies')]);
    const text = await (await ask(it.url, '/v1/messages', { stream: true })).text();
    expect(text).toMatch(
      /\n\nevent: error\ndata: \{"type":"error","error":\{"type":"api_error","message":"[^"]+"\}\}\n\n$/,
    );
    expect(text).not.toMatch(/message_stop|pydantic/);
    expect(it.queue.outcomes).toEqual(['connection_broke']);
  });

  test('an abort that nobody asked for', async () => {
    const chopped = bodyOf('messages stream').replace('"stop_reason":"max_tokens"', '"stop_reason":null');
    await using it = startTestGateway([streams([chopped]), says('{"type":"message","content":[]}')]);
    expect(await (await ask(it.url, '/v1/messages', { stream: true })).text()).not.toContain('message_delta');
    expect(it.queue.outcomes).toEqual(['engine_aborted']);
  });
});

describe('a usage that its client did not ask for', () => {
  test('is asked for, counted and not shown', async () => {
    await using it = startTestGateway([replays('chat stream usage')]);
    const text = await (await chat(it.url, ASK_STREAM)).text();
    expect(text).not.toContain('"usage"');
    expect(text).toEndWith('"system_fingerprint":"vllm-0.32.0-0115dafb"}\n\ndata: [DONE]\n\n');
    expect(String(it.queue.sent[0]?.body)).toBe(`{"stream_options":{"include_usage":true},${ASK_STREAM.slice(1)}`);
    expect(it.queue.finishedWith).toEqual([{ prompt: 13, completion: 3, cached: 0 }]);
  });

  test('is shown to one that did, and nothing is asked of an API that always tells', async () => {
    await using it = startTestGateway([replays('chat stream usage')]);
    const text = await (
      await ask(it.url, '/v1/chat/completions', { stream: true, stream_options: { include_usage: true } })
    ).text();
    expect(text).toBe(bodyOf('chat stream usage'));
    await using other = startTestGateway([replays('messages stream')]);
    await (await ask(other.url, '/v1/messages', { stream: true })).text();
    expect(String(other.queue.sent[0]?.body)).not.toContain('stream_options');
  });

  test('a plain reply is not asked for one', async () => {
    await using it = startTestGateway([says(completion('hi'))]);
    await chat(it.url, ASK);
    expect(String(it.queue.sent[0]?.body)).toBe(ASK);
  });
});

describe('service_tier', () => {
  test.each([
    ['priority', 'interactive', 'priority'],
    ['scale', 'interactive', 'priority'],
    ['auto', 'default', 'default'],
    ['default', 'default', 'default'],
    ['flex', 'bulk', 'flex'],
  ] as const)('%s is served as %s and told as %s', async (asked, priority, told) => {
    await using it = startTestGateway([replays('chat')]);
    const reply = await jsonOf(await ask(it.url, '/v1/chat/completions', { service_tier: asked }));
    expect([it.queue.tickets[0]?.priority, reply['service_tier']]).toEqual([priority, told]);
  });

  test('the header goes before it, and what is told is what was done', async () => {
    await using it = startTestGateway([replays('chat')]);
    const header = { 'x-ssw-priority': 'bulk' };
    const reply = await jsonOf(await ask(it.url, '/v1/chat/completions', { service_tier: 'priority' }, header));
    expect([it.queue.tickets[0]?.priority, reply['service_tier']]).toEqual(['bulk', 'flex']);
  });

  test('it is in every chunk of a stream; an engine of Responses repeats what it was told', async () => {
    await using it = startTestGateway([replays('chat stream usage')]);
    const text = await (await ask(it.url, '/v1/chat/completions', { stream: true, service_tier: 'flex' })).text();
    expect(text.split('"service_tier":"flex"')).toHaveLength(4);
    await using other = startTestGateway([replays('responses')]);
    await ask(other.url, '/v1/responses', { service_tier: 'scale' });
    expect(JSON.parse(String(other.queue.sent[0]?.body))).toMatchObject({ service_tier: 'priority' });
  });

  test('one that is none is the engine’s to judge, and nothing is told to who did not ask', async () => {
    await using it = startTestGateway([replays('chat'), replays('chat')]);
    const odd = await (await ask(it.url, '/v1/chat/completions', { service_tier: 'odd' })).text();
    expect([odd, it.queue.tickets[0]?.priority]).toEqual([bodyOf('chat'), 'default']);
  });
});

test("what a client of Anthropic's says of its version goes on; its key does not", async () => {
  await using it = startTestGateway([replays('messages'), replays('chat')]);
  const headers = { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'a,b', 'x-api-key': 'secret' };
  await ask(it.url, '/v1/messages', {}, headers);
  expect(it.queue.sent[0]?.headers).toMatchObject({ 'anthropic-version': '2023-06-01', 'anthropic-beta': 'a,b' });
  expect(JSON.stringify(it.queue.sent[0]?.headers)).not.toContain('secret');
});

describe('HEAD and OPTIONS', () => {
  test.each([...APIS.keys()])('%s', async (path) => {
    await using it = startTestGateway([]);
    const options = await fetch(`${it.url}${path}`, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'POST, OPTIONS']);
    const head = await fetch(`${it.url}${path}`, { method: 'HEAD' });
    expect([head.status, head.headers.get('allow'), await head.text()]).toEqual([405, 'POST, OPTIONS', '']);
  });
});

describe('tricks with a path', () => {
  test.each([
    '/v1/chat/completions/',
    '/v1//chat/completions',
    '//v1/chat/completions',
    '/V1/Chat/Completions',
    '/v1/chat%2fcompletions',
    '/v1/chat/completions%20',
    '/v1/chat/completions;x=1',
    '/v1/chat/completions\\',
    '/v1/chat%00/completions',
    '/tokenize/../metrics%2f',
  ])('%s is nothing', async (path) => {
    await using it = startTestGateway([hangs]);
    using client = rawClient(it.gateway.port, post(path, ASK, 'connection: close\r\n'));
    await until(() => client.closed());
    expect(client.received()).toStartWith('HTTP/1.1 404 ');
    expect(client.received()).toContain('"code":"unknown_url"');
    expect(it.queue.tickets).toHaveLength(0);
  });
});

describe('CORS', () => {
  const cors = { allowOrigins: ['https://app.example.com'], maxAgeS: 600 };
  const from = (origin: string, more: Record<string, string> = {}) => ({ origin, ...more });
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,x-a' };

  test('is off unless configured', async () => {
    await using it = startTestGateway([says(completion('hi'))]);
    const response = await chat(it.url, ASK, from('https://app.example.com'));
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('an allowed page may ask, and read our headers', async () => {
    await using it = startTestGateway([says(completion('hi'))], { cors });
    const asked = await fetch(`${it.url}/v1/chat/completions`, {
      method: 'OPTIONS',
      headers: from('https://app.example.com', preflight),
    });
    expect(asked.status).toBe(204);
    expect(Object.fromEntries(asked.headers)).toMatchObject({
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-methods': 'GET, HEAD, POST, OPTIONS',
      'access-control-allow-headers': 'authorization,x-a',
      'access-control-max-age': '600',
      vary: 'origin',
    });
    const response = await chat(it.url, ASK, from('https://app.example.com'));
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(response.headers.get('access-control-expose-headers')).toBe('*');
  });

  test('another may not; errors are readable for whom they are meant', async () => {
    await using it = startTestGateway([], { cors });
    const other = await fetch(`${it.url}/v1/models`, { headers: from('https://evil.example.com') });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    expect(other.headers.get('vary')).toBe('origin');
    const error = await fetch(`${it.url}/v1/nope`, { headers: from('https://app.example.com') });
    expect([error.status, error.headers.get('access-control-allow-origin')]).toEqual([404, 'https://app.example.com']);
  });

  test('* is everybody', async () => {
    await using it = startTestGateway([], { cors: { ...cors, allowOrigins: ['*'] } });
    const response = await fetch(`${it.url}/health`, { headers: from('null') });
    expect([response.headers.get('access-control-allow-origin'), response.headers.get('vary')]).toEqual(['*', null]);
  });
});
