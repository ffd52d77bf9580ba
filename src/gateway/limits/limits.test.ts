import { describe, expect, test } from 'bun:test';
import { post, rawClient } from '../fixtures/raw-client.ts';
import { completion, says } from '../fixtures/scripted-engine.ts';
import { ASK, chat, errorOf, startTestGateway, until } from '../fixtures/test-gateway.ts';

const quiet = [says(completion('hi'))];
const CHUNKED =
  'POST /v1/completions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';

test('beyond the connections that may be, requests are refused and their connections closed; /health answers', async () => {
  await using it = startTestGateway(quiet, { maxConnections: 1 });
  let response: Response;
  do response = await chat(it.url, ASK);
  while (response.status === 200);
  expect(response.status).toBe(503);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'x-ssw-reject-reason': 'connections_full',
    'retry-after': '2',
    connection: 'close',
  });
  expect(await errorOf(response)).toMatchObject({ code: 'server_overloaded', type: 'server_error' });
  expect((await fetch(`${it.url}/health`)).status).toBe(200);
  expect(await it.metrics.registry.metrics()).toContain('sswinfer_requests_total{outcome="connections_full"} 1\n');
});

describe('requests that await no answer', () => {
  const health = 'GET /health HTTP/1.1\r\nhost: a\r\n\r\n';
  const answersIn = (text: string) => text.split('HTTP/1.1 200 OK').length - 1;

  test('some are answered', async () => {
    await using it = startTestGateway(quiet);
    using client = rawClient(it.gateway.port, health.repeat(100));
    await until(() => answersIn(client.received()) === 100);
    expect(client.closed()).toBe(false);
  });

  test('of thousands the first few hundred are, and the connection is closed', async () => {
    await using it = startTestGateway(quiet);
    using client = rawClient(it.gateway.port, health.repeat(10_000));
    await until(() => client.closed());
    expect(answersIn(client.received())).toBeLessThan(2000);
  });

  test('while one is served, the next ends the connection and the request', async () => {
    await using it = startTestGateway('wait');
    using client = rawClient(it.gateway.port, post('/v1/chat/completions', ASK));
    await until(() => it.queue.tickets.length === 1);
    client.socket.write(health);
    await until(() => client.closed());
    expect(client.received()).toBe('');
  });
});

describe('bug: what the server does by itself is as docs/limits.md tells', () => {
  test('two generations at once close the connection, and neither is answered', async () => {
    await using it = startTestGateway('wait');
    using client = rawClient(it.gateway.port, post('/v1/chat/completions', ASK).repeat(2));
    await until(() => client.closed());
    expect(client.received()).toBe('');
  });

  test('so does a method that nobody knows', async () => {
    await using it = startTestGateway(quiet);
    using client = rawClient(it.gateway.port, 'FOO /health HTTP/1.1\r\nhost: a\r\n\r\n');
    await until(() => client.closed());
    expect(client.received()).toBe('');
  });

  test.each(['/v1/chat/../../metrics', '/v1/%2e%2e/metrics'])('%s is /metrics', async (path) => {
    await using it = startTestGateway(quiet);
    using client = rawClient(it.gateway.port, `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`);
    await until(() => client.received().includes('sswinfer_'));
  });
});

describe('a body in chunks of a byte', () => {
  test('is taken where it is short', async () => {
    await using it = startTestGateway(quiet);
    const chunks = Array.from(ASK, (byte) => `1\r\n${byte}\r\n`).join('');
    using client = rawClient(it.gateway.port, `${CHUNKED}${chunks}0\r\n\r\n`);
    await until(() => client.received().startsWith('HTTP/1.1 200 '));
    expect(Buffer.from(it.queue.sent[0]!.body).toString()).toBe(ASK);
  });

  test('is refused where it is long', async () => {
    await using it = startTestGateway(quiet);
    using client = rawClient(it.gateway.port, `${CHUNKED}${'1\r\n \r\n'.repeat(20_000)}`);
    await until(() => client.closed());
    expect(client.received()).toStartWith('HTTP/1.1 400 ');
    expect(client.received()).toContain('x-ssw-reject-reason: chunks_too_small');
  });
});
