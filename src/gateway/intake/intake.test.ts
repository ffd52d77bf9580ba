import { describe, expect, test } from 'bun:test';
import { post, rawClient } from '../fixtures/raw-client.ts';
import { completion, says } from '../fixtures/scripted-engine.ts';
import {
  ASK,
  ASK_STREAM,
  chat,
  errorOf,
  MAX_BODY_BYTES,
  ROUTES,
  startTestGateway,
  until,
} from '../fixtures/test-gateway.ts';

const quiet = [says(completion('hi'))];

describe('what reaches the engine', () => {
  test('the body byte for byte: 64-bit seeds, float forms, spaces, keys nobody knows', async () => {
    await using it = startTestGateway(quiet);
    const body =
      '{ "model":"heavy",\t"seed":9223372036854775807,"temperature":1.0,"x":"\\u00fc ü","x":2,\n"messages":[]}';
    await chat(it.url, body);
    expect(Buffer.from(it.queue.sent[0]!.body).toString()).toBe(body);
  });

  test.each([
    ['auto', {}, '{"model":"light","n":1.0}'],
    ['light', { 'x-ssw-pool': 'heavy' }, '{"model":"heavy","n":1.0}'],
    ['gpt-9', { 'x-ssw-pool': 'heavy' }, '{"model":"heavy","n":1.0}'],
    // While a pool is rolled to another model, its own name is the only one that old and new replicas share.
    ['acme/big-4B', {}, '{"model":"heavy","n":1.0}'],
    ['big', {}, '{"model":"heavy","n":1.0}'],
  ])('model %s with headers %j becomes the pool’s name', async (model, headers, sent) => {
    await using it = startTestGateway(quiet);
    await chat(it.url, `{"model":"${model}","n":1.0}`, headers);
    expect(Buffer.from(it.queue.sent[0]!.body).toString()).toBe(sent);
  });

  test('its path and three headers; keys and cookies stay here', async () => {
    await using it = startTestGateway(quiet);
    const secret = { authorization: 'Bearer sk-secret', cookie: 'a=b', 'x-api-key': 'k' };
    const headers = { ...secret, 'content-type': 'application/json', 'x-request-id': 'mine', accept: 'text/x' };
    await fetch(`${it.url}/v1/completions?a=1`, { method: 'POST', body: '{"prompt":"x"}', headers });
    const { path, headers: sent } = it.queue.sent[0]!;
    expect(path).toBe('/v1/completions');
    expect(sent).toEqual({ 'content-type': 'application/json', accept: 'text/x', 'x-request-id': 'mine' });
  });
});

test('the ticket: an id of its own, pool, priority, size, limits, the shortest wait', async () => {
  await using it = startTestGateway(quiet);
  const headers = { 'x-request-id': 'mine', 'x-ssw-priority': 'interactive', 'x-ssw-deadline-ms': '900' };
  await chat(it.url, '{"model":"heavy","max_tokens":100,"n":2,"messages":[]}', headers);
  expect(it.queue.tickets).toEqual([
    {
      id: 'id-1',
      pool: 'heavy',
      tenant: 'anonymous',
      priority: 'interactive',
      size: { promptTokens: 14, outputTokensMax: 100, outputTokensMin: undefined, choices: 2, contextTokens: 8192 },
      limits: { weight: 1, depthMax: 2000, requestsPerMinute: undefined, tokensPerMinute: undefined },
      affinity: undefined,
      bodyBytes: 54,
      maxWaitMs: 900,
      fingerprint: expect.any(Function),
    },
  ]);
});

test('its fingerprint is that of what the engine is asked, by whatever name', async () => {
  await using it = startTestGateway(quiet);
  for (const model of ['heavy', 'big', 'acme/big-4B', 'light'])
    await chat(it.url, `{"model":"${model}","messages":[]}`);
  const [heavy, alias, real, light] = it.queue.tickets.map((ticket) => ticket.fingerprint());
  expect([alias, real]).toEqual([heavy, heavy]);
  expect(light).not.toBe(heavy);
});

test('an engine that knows nothing of our pools is asked by the name it has', async () => {
  await using it = startTestGateway(quiet);
  it.gateway.setRoutes(ROUTES.map((route) => ({ ...route, engineModel: route.model })));
  for (const model of ['heavy', 'big', 'acme/big-4B']) await chat(it.url, `{"model":"${model}","n":1.0}`);
  const sent = it.queue.sent.map(({ body }) => Buffer.from(body).toString());
  expect(sent).toEqual(Array<string>(3).fill('{"model":"acme/big-4B","n":1.0}'));
});

test('nobody waits longer than the pool allows', async () => {
  await using it = startTestGateway(quiet);
  await chat(it.url, ASK, { 'x-ssw-deadline-ms': '99999999' });
  expect(it.queue.tickets[0]!.maxWaitMs).toBe(60_000);
});

describe('whom it is counted on', () => {
  const named = { tenantHeader: 'x-tenant' };

  test('the tenant that a trusted header names, with a part of the line', async () => {
    await using it = startTestGateway(quiet, named);
    await chat(it.url, ASK, { 'x-tenant': 'acme' });
    await chat(it.url, ASK);
    expect(it.queue.tickets.map(({ tenant, limits }) => [tenant, limits.depthMax])).toEqual([
      ['acme', 500],
      ['anonymous', 500],
    ]);
    const text = await it.metrics.registry.metrics();
    expect(text).toContain('sswinfer_tokens_total{pool="heavy",tenant="acme",kind="completion"} 3');
  });

  test('nobody is believed where no header is trusted', async () => {
    await using it = startTestGateway(quiet);
    await chat(it.url, ASK, { 'x-tenant': 'acme' });
    expect(it.queue.tickets[0]!.tenant).toBe('anonymous');
  });

  test('a name that is none is refused, and the header named', async () => {
    await using it = startTestGateway(quiet, named);
    const response = await chat(it.url, ASK, { 'x-tenant': 'a b' });
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({ code: 'invalid_request_error', param: 'x-tenant' });
    expect(it.queue.tickets).toEqual([]);
  });

  test('requests of one session, or of one long prefix, have the same affinity', async () => {
    await using it = startTestGateway(quiet);
    await chat(it.url, ASK, { 'x-ssw-session': 's' });
    await chat(it.url, ASK_STREAM, { 'x-ssw-session': 's' });
    const long = (text: string) => `{"model":"heavy","messages":[{"content":"${'x'.repeat(3000)} ${text}"}]}`;
    await chat(it.url, long('a'));
    await chat(it.url, long('b'));
    const [first, second, third, fourth] = it.queue.tickets.map(({ affinity }) => affinity);
    expect(first).toBeString();
    expect(second).toBe(first);
    expect(third).toBeString();
    expect(fourth).toBe(third);
    expect(third).not.toBe(first);
  });
});

test('a node without the role of a gateway takes no requests, and still tells how it is', async () => {
  await using it = startTestGateway(quiet, { takesRequests: false });
  const response = await chat(it.url, ASK);
  expect(response.status).toBe(503);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'x-ssw-reject-reason': 'not_a_gateway',
    'x-should-retry': 'false',
    'x-request-id': 'id-1',
  });
  expect(await errorOf(response)).toMatchObject({ code: 'not_a_gateway', type: 'server_error' });
  for (const path of ['health', 'ready', 'metrics', 'v1/models'])
    expect((await fetch(`${it.url}/${path}`)).status).toBe(200);
});

describe('refused before the queue', () => {
  test.each([
    ['no JSON', '{"model"', {}, 400, 'invalid_json'],
    ['no object', '[1]', {}, 400, 'invalid_json'],
    ['too deep', '[{"a":'.repeat(70_000), {}, 400, 'invalid_json'],
    ['an unknown model', '{"model":"nope"}', {}, 404, 'model_not_found'],
    ['an unknown pool', ASK, { 'x-ssw-pool': 'nope' }, 404, 'model_not_found'],
    ['an unknown priority', ASK, { 'x-ssw-priority': 'now' }, 400, 'invalid_request_error'],
    ['a form', ASK, { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported_media_type'],
    ['too large', `{"a":"${'x'.repeat(MAX_BODY_BYTES)}"}`, {}, 413, 'request_too_large'],
  ])('%s', async (_, body, headers, status, code) => {
    await using it = startTestGateway(quiet);
    const response = await chat(it.url, body, headers);
    expect(response.status).toBe(status);
    expect(response.headers.get('x-request-id')).toBe('id-1');
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(await errorOf(response)).toMatchObject({ code, message: expect.any(String) });
    expect(it.queue.tickets).toEqual([]);
    expect(await it.metrics.registry.metrics()).toContain(`sswinfer_requests_total{outcome="${code}"} 1\n`);
  });

  test('a chunked body without an end is cut off at the limit', async () => {
    await using it = startTestGateway(quiet);
    const head = 'POST /v1/completions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n';
    const part = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    using client = rawClient(it.gateway.port, `${head}transfer-encoding: chunked\r\n\r\n${part.repeat(8)}`);
    await until(() => client.received().includes('"code":"request_too_large"') && client.closed());
    expect(client.received()).toStartWith('HTTP/1.1 413 ');
  });

  test('a chunked body within the limit is served', async () => {
    await using it = startTestGateway(quiet);
    const body = new Blob([ASK.slice(0, 10), ASK.slice(10)]).stream();
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${it.url}/v1/chat/completions`, { method: 'POST', body, headers });
    expect(response.status).toBe(200);
    expect(Buffer.from(it.queue.sent[0]!.body).toString()).toBe(ASK);
  });

  test('many bodies that come at once fill no more memory than they may; the others are told to come again', async () => {
    await using it = startTestGateway(quiet);
    const head = 'POST /v1/completions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n';
    const most = `${head}content-length: ${MAX_BODY_BYTES}\r\n\r\n${'x'.repeat(MAX_BODY_BYTES - 1)}`;
    const clients = [1, 2, 3].map(() => rawClient(it.gateway.port, most));
    const refused = () => clients.filter((client) => client.received().startsWith('HTTP/1.1 503 '));
    await until(() => refused().length === 1);
    expect(refused()[0]?.received()).toContain('x-ssw-reject-reason: bodies_full');
    expect(refused()[0]?.received()).toContain('Connection: close');
    for (const client of clients) client.socket.destroy();
    let status: number;
    do ({ status } = await chat(it.url, ASK.padEnd(MAX_BODY_BYTES)));
    while (status === 503); // until those that left are noticed, and what they sent is given back
    expect(status).toBe(200);
  });

  test('a body without a type is taken for JSON', async () => {
    await using it = startTestGateway(quiet);
    const untyped = post('/v1/chat/completions', ASK).replace('content-type: application/json\r\n', '');
    using client = rawClient(it.gateway.port, untyped);
    await until(() => client.received().startsWith('HTTP/1.1 200 '));
  });

  test('a client that leaves while it sends is forgotten', async () => {
    await using it = startTestGateway(quiet);
    const whole = post('/v1/chat/completions', ASK);
    const client = rawClient(it.gateway.port, whole.slice(0, -5));
    await until(() => client.socket.bytesWritten > 0);
    await fetch(`${it.url}/health`); // by now the head has been read
    client.socket.destroy();
    expect((await chat(it.url, ASK)).status).toBe(200);
    expect(it.queue.tickets).toHaveLength(1);
  });
});
