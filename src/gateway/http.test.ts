import { describe, expect, test } from 'bun:test';
import { rawClient } from './fixtures/raw-client.ts';
import { completion, says } from './fixtures/scripted-engine.ts';
import { ASK, chat, errorOf, replica, ROUTES, SETTINGS, startTestGateway, until } from './fixtures/test-gateway.ts';

const quiet = [says(completion('hi'))];

describe('documents', () => {
  test('GET /health', async () => {
    await using it = startTestGateway(quiet);
    const response = await fetch(`${it.url}/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ok' });
  });

  test('GET /v1/models lists every name a request may use', async () => {
    await using it = startTestGateway(quiet);
    const text = await (await fetch(`${it.url}/v1/models`)).text();
    const list: { object: string; data: { id: string }[] } = JSON.parse(text);
    expect(list.object).toBe('list');
    expect(list.data.map(({ id }) => id)).toEqual(['heavy', 'light', 'big', 'gpt-4', 'acme/big-4B', 'acme/small-1B']);
    const first: unknown = list.data[0];
    expect(first).toEqual({
      id: 'heavy',
      object: 'model',
      created: 0,
      owned_by: 'ssw-infer',
      root: 'acme/big-4B',
      parent: null,
      max_model_len: 8192,
    });
  });

  test.each(['heavy', 'acme/big-4B', 'acme%2Fbig-4B'])('GET /v1/models/%s', async (id) => {
    await using it = startTestGateway(quiet);
    const response = await fetch(`${it.url}/v1/models/${id}`);
    expect(await response.json()).toMatchObject({ id: decodeURIComponent(id), root: 'acme/big-4B' });
  });

  test.each(['nope', '%zz', 'acme%2F', '%2e%2e%2fhealth'])('GET /v1/models/%s is no model', async (id) => {
    await using it = startTestGateway(quiet);
    const response = await fetch(`${it.url}/v1/models/${id}`);
    expect(response.status).toBe(404);
    expect(await errorOf(response)).toMatchObject({ code: 'model_not_found', param: 'model' });
  });

  test('bug: a model that is none is told shortened, and `auto` only to whom it is open', async () => {
    for (const auto of [true, false]) {
      const defaults = { ...SETTINGS.tenants.defaults, autoRouting: auto };
      await using it = startTestGateway(quiet, { tenants: { ...SETTINGS.tenants, defaults } });
      const error = await errorOf(await fetch(`${it.url}/v1/models/${'x'.repeat(5_000)}`));
      const known = 'heavy, light, big, gpt-4, acme/big-4B, acme/small-1B';
      const message = `The model \`${'x'.repeat(120)}…\` does not exist. Use one of: ${known}${auto ? ', auto' : ''}.`;
      expect(error).toMatchObject({ message });
    }
  });

  test('other routes are served from the next request on', async () => {
    await using it = startTestGateway(quiet);
    it.gateway.setRoutes([{ ...ROUTES[0]!, pool: 'new', aliases: [] }]);
    expect((await fetch(`${it.url}/v1/models/new`)).status).toBe(200);
    expect((await fetch(`${it.url}/v1/models/heavy`)).status).toBe(404);
  });

  test('GET /metrics tells of requests', async () => {
    await using it = startTestGateway(quiet);
    await (await chat(it.url, ASK)).text();
    const response = await fetch(`${it.url}/metrics`);
    expect(response.headers.get('content-type')).toStartWith('text/plain');
    const text = await response.text();
    expect(text).toContain('sswinfer_requests_total{pool="heavy",outcome="completed"} 1');
    expect(text).toContain('sswinfer_tokens_total{pool="heavy",tenant="anonymous",kind="completion"} 3');
    for (const name of ['request_duration', 'time_to_first_token', 'gateway_overhead']) {
      expect(text).toContain(`sswinfer_${name}_seconds_count{pool="heavy"} 1`);
    }
  });
});

describe('GET /ready', () => {
  test('200 while every pool has a ready replica', async () => {
    await using it = startTestGateway(quiet);
    expect((await fetch(`${it.url}/ready`)).status).toBe(200);
  });

  test('else 503, and which cannot', async () => {
    const replicas = [replica('heavy', 'ready'), replica('light', 'starting')];
    await using it = startTestGateway(quiet, { replicas });
    const response = await fetch(`${it.url}/ready`);
    expect(response.status).toBe(503);
    expect(await errorOf(response)).toMatchObject({
      code: 'not_ready',
      message: 'light has no ready replica (light-0 starting: loading).',
    });
  });
});

test('bug: GET /ready was 200 while the queue was away and refused everything', async () => {
  await using it = startTestGateway(quiet, { onRedisDown: 'refuse' });
  expect((await fetch(`${it.url}/ready`)).status).toBe(200);
  it.queue.disconnect();
  const response = await fetch(`${it.url}/ready`);
  expect(response.status).toBe(503);
  expect(await errorOf(response)).toMatchObject({ code: 'queue_unavailable' });
});

describe('GET /ready of several hosts', () => {
  const replicas = [replica('heavy', 'ready')];
  const depths = [{ pool: 'light', waiting: 0, oldestWaitMs: 0, remoteReplicas: 2 }];

  test('200 for a pool that only others serve', async () => {
    await using it = startTestGateway(quiet, { replicas, circumstances: { depths } });
    expect((await fetch(`${it.url}/ready`)).status).toBe(200);
  });

  test('without Redis others cannot be reached, and this host serves what it has', async () => {
    await using it = startTestGateway(quiet, { replicas, circumstances: { depths } });
    it.queue.disconnect();
    const response = await fetch(`${it.url}/ready`);
    expect(response.status).toBe(503);
    expect(await errorOf(response)).toMatchObject({ code: 'not_ready' });
    it.gateway.setRoutes(ROUTES.filter(({ pool }) => pool === 'heavy'));
    expect((await fetch(`${it.url}/ready`)).status).toBe(200);
  });
});

describe('what is not there', () => {
  test.each(['/', '/v1', '/v1/', '/v1/models/', '/v1/chat/completions/', '/v1/images'])('%s is 404', async (path) => {
    await using it = startTestGateway(quiet);
    const response = await fetch(`${it.url}${path}`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(404);
    expect(response.headers.get('x-request-id')).toBe('id-1');
    expect(await errorOf(response)).toMatchObject({
      code: 'unknown_url',
      type: 'invalid_request_error',
      param: null,
    });
  });

  test.each([
    ['GET', '/v1/chat/completions', 'POST, OPTIONS'],
    ['DELETE', '/v1/models/heavy', 'GET, HEAD, OPTIONS'],
    ['POST', '/health', 'GET, HEAD, OPTIONS'],
  ])('%s %s is 405 and says what is allowed', async (method, path, allow) => {
    await using it = startTestGateway(quiet);
    const response = await fetch(`${it.url}${path}`, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allow);
    expect(await errorOf(response)).toMatchObject({ code: 'method_not_allowed' });
  });

  test('HEAD is GET without its body, OPTIONS says what is allowed', async () => {
    await using it = startTestGateway(quiet);
    const head = await fetch(`${it.url}/health`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const options = await fetch(`${it.url}/v1/completions`, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'POST, OPTIONS']);
  });
});

describe('x-request-id', () => {
  test.each([
    ['a sane one is echoed', 'abc-123', 'abc-123'],
    ['a long one is not', 'x'.repeat(129), 'id-1'],
    ['one with spaces is not', 'a b', 'id-1'],
  ])('%s', async (_, sent, echoed) => {
    await using it = startTestGateway(quiet);
    const response = await fetch(`${it.url}/health`, { headers: { 'x-request-id': sent } });
    expect(response.headers.get('x-request-id')).toBe(echoed);
  });
});

test('a request of HTTP/1.0 without a host is served', async () => {
  await using it = startTestGateway(quiet);
  using client = rawClient(it.gateway.port, 'GET /health HTTP/1.0\r\n\r\n');
  await until(() => client.received().includes('{"status":"ok"}'));
});

test.each(['[', '%', 'a:99999'])('bug: a host that makes no URL (%s) was a fault of our own', async (host) => {
  await using it = startTestGateway(quiet);
  const head = `GET /health?key=secret HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`;
  using client = rawClient(it.gateway.port, head);
  await until(() => client.closed());
  expect(client.received()).toStartWith('HTTP/1.1 400 ');
  expect(client.received()).toContain('"type":"invalid_request_error"');
  expect(client.received().toLowerCase()).toContain('x-request-id: id-1');
  expect(client.received()).not.toContain('secret');
});

test('a fault of our own is told without its inside', async () => {
  await using it = startTestGateway([() => Promise.reject(new Error('secret detail'))]);
  const response = await chat(it.url, ASK);
  expect(response.status).toBe(500);
  const text = await response.text();
  expect(JSON.parse(text)).toMatchObject({ error: { code: 'internal_error' } });
  expect(text).not.toContain('secret');
  expect(it.queue.outcomes).toEqual(['client_gone']); // the replica's room is free again
  expect(await it.metrics.registry.metrics()).toContain('{pool="heavy",outcome="internal_error"} 1');
});
