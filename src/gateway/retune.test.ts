import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { until as within } from '../../test/support/wait.ts';
import type { GatewaySettings } from './gateway.ts';
import { rawClient } from './fixtures/raw-client.ts';
import { completion, says } from './fixtures/scripted-engine.ts';
import { chat, SETTINGS, startTestGateway, until, type TestGateway } from './fixtures/test-gateway.ts';

let it: TestGateway;
beforeEach(() => void (it = startTestGateway([says(completion('hi'))])));
afterEach(() => it[Symbol.asyncDispose]());

const retune = (change: Partial<GatewaySettings>) => it.gateway.retune({ ...SETTINGS, ...change });
const asking = (model: string, content = 'hi') => JSON.stringify({ model, messages: [{ role: 'user', content }] });
const status = async (words?: string) => (await chat(it.url, asking('heavy', words))).status;
const headed = (bytes: number) =>
  fetch(`${it.url}/health`, { headers: { 'x-filler': 'a'.repeat(bytes), connection: 'close' } });

describe('a gateway that runs takes', () => {
  test('another limit on bodies', async () => {
    const words = 'word '.repeat(1000);
    expect(await status(words)).toBe(200);
    retune({ maxBodyBytes: 2000 });
    expect(await status(words)).toBe(413);
    retune({});
    expect(await status(words)).toBe(200);
  });

  test('another limit on the headers of new connections, up and down', async () => {
    expect((await headed(30_000)).status).toBe(431);
    retune({ maxHeaderBytes: 65_536 });
    expect((await headed(30_000)).status).toBe(200);
    retune({});
    expect((await headed(30_000)).status).toBe(431);
  });

  test('another limit on connections', async () => {
    retune({ maxConnections: 1 });
    while ((await status()) === 200);
    expect(await status()).toBe(503);
    retune({});
    while ((await status()) === 503);
    expect(await status()).toBe(200);
  });

  test('another patience with slow clients', async () => {
    retune({ slowClientTimeoutMs: 1 });
    using client = rawClient(it.gateway.port, 'GET /health HTTP/1.1\r\nhost: a\r\n\r\n');
    await until(() => client.received().includes('200 OK'));
    await within('it is closed, which owes its next request', () => client.closed(), 15_000);
  }, 20_000);

  test('pages of other origins, and sends them away again', async () => {
    const origin = 'https://app.example.com';
    const allowed = async () => {
      const response = await fetch(`${it.url}/health`, { headers: { origin } });
      return response.headers.get('access-control-allow-origin');
    };
    expect(await allowed()).toBeNull();
    retune({ cors: { allowOrigins: [origin], maxAgeS: 600 } });
    expect(await allowed()).toBe(origin);
    retune({});
    expect(await allowed()).toBeNull();
  });

  test('the header that names tenants, and keeps the seats that are taken', async () => {
    retune({ tenantHeader: 'x-tenant' });
    await chat(it.url, asking('heavy'), { 'x-tenant': 'npc' });
    expect(it.queue.tickets.at(-1)?.tenant).toBe('npc');
  });

  test('another routing of what is left to it', async () => {
    const auto = async () => (await chat(it.url, asking('auto'))).headers.get('x-ssw-pool');
    expect(await auto()).toBe('light');
    retune({ routing: { ...SETTINGS.routing, weights: { ...SETTINGS.routing.weights, lightTokensMax: 0 } } });
    expect(await auto()).toBe('heavy');
  });

  test('another role, and what it does without Redis', async () => {
    retune({ takesRequests: false });
    expect(await status()).toBe(503);
  });
});
