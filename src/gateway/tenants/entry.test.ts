import { describe, expect, test } from 'bun:test';
import { completion, says } from '../fixtures/scripted-engine.ts';
import { ASK, chat, errorOf, SETTINGS, startTestGateway, until } from '../fixtures/test-gateway.ts';
import type { KeyPolicy } from './door.ts';
import { apiKey, SECRET } from './fixtures/api-key.ts';
import { UNLIMITED } from './fixtures/unlimited.ts';
import { composeKey } from './keys/api-key.ts';
import type { TenantSettings } from './tenant-table.ts';

const ONE = says(completion('hi'));
const keys: KeyPolicy = {
  is: 'keys',
  keys: [
    apiKey('npc1', 'npc'),
    apiKey('front', 'front'),
    apiKey('gone1', 'npc', { isRevoked: true }),
    apiKey('ended', 'npc', { expiresUnixMs: 1 }),
  ],
};
const tenants = (...configured: readonly (Partial<TenantSettings['configured'][number]> & { name: string })[]) => ({
  ...SETTINGS.tenants,
  configured: configured.map((it) => ({ ...UNLIMITED, namesTenants: false, ...it })),
});
const bearer = (id: string) => ({ authorization: `Bearer ${composeKey(id, SECRET)}` });

describe('with keys', () => {
  test.each([
    ['authorization', bearer('npc1')],
    ['x-api-key', { 'x-api-key': composeKey('npc1', SECRET) }],
  ])('a request is its key’s tenant’s, sent in %s', async (_, headers) => {
    await using it = startTestGateway([ONE], { keys });
    expect((await chat(it.url, ASK, headers)).status).toBe(200);
    expect(it.queue.tickets.map(({ tenant }) => tenant)).toEqual(['npc']);
  });

  test.each([
    ['none', {}, 'Bearer', "You didn't provide an API key"],
    ['a wrong one', bearer('other'), 'Bearer error="invalid_token"', 'Incorrect API key provided'],
    ['a revoked one', bearer('gone1'), 'Bearer error="invalid_token"', 'was revoked'],
    ['one that has ended', bearer('ended'), 'Bearer error="invalid_token"', 'has expired'],
  ])('%s is 401, in OpenAI’s shape, and not worth a retry', async (_, headers, challenge, message) => {
    await using it = startTestGateway([ONE], { keys });
    const response = await chat(it.url, ASK, headers);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(challenge);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(await errorOf(response)).toMatchObject({
      message: expect.stringContaining(message),
      type: 'invalid_request_error',
      param: null,
      code: 'invalid_api_key',
    });
    expect(it.queue.tickets).toEqual([]);
  });

  test('a wrong one on Anthropic’s API is told in its words', async () => {
    await using it = startTestGateway([ONE], { keys });
    const headers = { 'content-type': 'application/json', 'x-api-key': 'sk-ant-x' };
    const response = await fetch(`${it.url}/v1/messages`, { method: 'POST', body: '{}', headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'authentication_error' } });
  });

  test('a wrong one is answered before anything of a body is read', async () => {
    await using it = startTestGateway([ONE], { keys });
    let pulls = 0;
    const body = new ReadableStream({
      pull(controller) {
        pulls += 1;
        if (pulls < 1000) controller.enqueue(new Uint8Array(65_536));
        else controller.close();
      },
    });
    const response = await fetch(`${it.url}/v1/chat/completions`, { method: 'POST', body, headers: bearer('other') });
    expect(response.status).toBe(401);
    expect(response.headers.get('connection')).toBe('close');
  });

  test('what watches the gateway needs none', async () => {
    await using it = startTestGateway([], { keys });
    for (const path of ['/health', '/ready', '/metrics']) expect((await fetch(it.url + path)).status).toBe(200);
  });

  test.each(['/v1/models', '/v1/models/heavy'])('GET %s needs one', async (path) => {
    await using it = startTestGateway([], { keys });
    expect((await fetch(it.url + path)).status).toBe(401);
    expect((await fetch(it.url + path, { headers: bearer('npc1') })).status).toBe(200);
  });

  test('a preflight has none, and an address that is none tells nothing', async () => {
    await using it = startTestGateway([], { keys });
    expect((await fetch(`${it.url}/v1/models`, { method: 'OPTIONS' })).status).toBe(204);
    expect((await fetch(`${it.url}/v1/nothing`)).status).toBe(404);
  });

  test('a header that names another tenant counts only from a tenant that may speak for others', async () => {
    const setting = { keys, tenantHeader: 'x-tenant', tenants: tenants({ name: 'front', namesTenants: true }) };
    await using it = startTestGateway([ONE, ONE, ONE], setting);
    await chat(it.url, ASK, { ...bearer('npc1'), 'x-tenant': 'acme' });
    await chat(it.url, ASK, { ...bearer('front'), 'x-tenant': 'acme' });
    await chat(it.url, ASK, bearer('front'));
    expect(it.queue.tickets.map(({ tenant }) => tenant)).toEqual(['npc', 'acme', 'front']);
  });

  test('the engine is not told of them', async () => {
    await using it = startTestGateway([ONE], { keys });
    await chat(it.url, ASK, { ...bearer('npc1'), 'x-api-key': 'k' });
    expect(Object.keys(it.queue.sent[0]?.headers ?? {})).toEqual(['content-type', 'accept', 'x-request-id']);
  });

  test('others are let in from the next request on', async () => {
    await using it = startTestGateway([ONE, ONE], { keys });
    it.gateway.setKeys({ is: 'keys', keys: [apiKey('npc2', 'npc')] });
    expect((await chat(it.url, ASK, bearer('npc1'))).status).toBe(401);
    expect((await chat(it.url, ASK, bearer('npc2'))).status).toBe(200);
  });
});

describe('who guesses', () => {
  test('is told to wait; a right key from the same address is let in all the same', async () => {
    await using it = startTestGateway([ONE], { keys, keyFailuresPerMinute: 3 });
    const statuses: number[] = [];
    for (let at = 0; at < 5; at += 1) statuses.push((await chat(it.url, ASK, bearer(`guess${at}`))).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    const refused = await chat(it.url, ASK, bearer('guess'));
    expect([refused.headers.get('retry-after'), refused.headers.get('x-should-retry')]).toEqual(['60', 'false']);
    expect(await errorOf(refused)).toMatchObject({ code: 'rate_limit_exceeded' });
    expect((await chat(it.url, ASK, bearer('npc1'))).status).toBe(200);
    const text = await it.metrics.registry.metrics();
    expect(text).toContain('sswinfer_key_refusals_total{reason="unknown"} 3');
    expect(text).toContain('sswinfer_key_refusals_total{reason="too_many"} 3');
  });
});

describe('keys that could not be read', () => {
  test('let nobody in, and say that it is not the client’s fault', async () => {
    await using it = startTestGateway([ONE], { keys: { is: 'unreadable' } });
    const response = await chat(it.url, ASK, bearer('npc1'));
    expect([response.status, response.headers.get('x-should-retry')]).toEqual([503, 'true']);
    expect(await errorOf(response)).toMatchObject({ code: 'keys_unavailable' });
    expect((await fetch(`${it.url}/health`)).status).toBe(200);
  });
});

describe('a tenant', () => {
  test('sees and may use its own pools; another is 403', async () => {
    await using it = startTestGateway([ONE, ONE], { keys, tenants: tenants({ name: 'npc', pools: ['light'] }) });
    const list = await fetch(`${it.url}/v1/models`, { headers: bearer('npc1') });
    const { data }: { data: { id: string }[] } = JSON.parse(await list.text());
    expect(data.map(({ id }) => id)).toEqual(['light', 'acme/small-1B']);
    const refused = await chat(it.url, ASK, bearer('npc1'));
    expect(refused.status).toBe(403);
    expect(await errorOf(refused)).toMatchObject({ code: 'model_not_allowed', param: 'model' });
    expect((await chat(it.url, '{"model":"light","messages":[]}', bearer('npc1'))).status).toBe(200);
    expect((await chat(it.url, ASK, bearer('front'))).status).toBe(200);
  });

  test('is as urgent and as patient as it may be', async () => {
    const setting = { keys, tenants: tenants({ name: 'npc', maxPriority: 'bulk', deadlineMs: 1234 }) };
    await using it = startTestGateway([ONE], setting);
    await chat(it.url, ASK, { ...bearer('npc1'), 'x-ssw-priority': 'interactive' });
    expect(it.queue.tickets).toMatchObject([{ priority: 'bulk', maxWaitMs: 1234 }]);
  });

  test('asks for no longer answers than it may have', async () => {
    await using it = startTestGateway([ONE], { keys, tenants: tenants({ name: 'npc', maxTokens: 10 }) });
    const refused = await chat(it.url, '{"model":"heavy","max_tokens":11}', bearer('npc1'));
    expect(refused.status).toBe(400);
    expect(await errorOf(refused)).toMatchObject({ code: 'invalid_request_error', param: 'max_tokens' });
    await chat(it.url, '{"model":"heavy","messages":[]}', bearer('npc1'));
    expect(String(it.queue.sent[0]?.body)).toBe('{"max_tokens":10,"model":"heavy","messages":[]}');
    expect(it.queue.tickets[0]?.size.outputTokensMax).toBe(10);
  });

  test('has no more requests here at once than it may; what ends makes room, however it does', async () => {
    await using it = startTestGateway('wait', { keys, tenants: tenants({ name: 'npc', maxInFlight: 2 }) });
    const clients = [new AbortController(), new AbortController()];
    const url = `${it.url}/v1/chat/completions`;
    const headers = { 'content-type': 'application/json', ...bearer('npc1') };
    const ask = ({ signal }: AbortController) =>
      fetch(url, { method: 'POST', body: ASK, headers, signal }).catch(() => undefined);
    const asked = clients.map(ask);
    await until(() => it.queue.waiting() === 2);
    const refused = await chat(it.url, ASK, bearer('npc1'));
    expect([refused.status, refused.headers.get('x-ssw-reject-reason')]).toEqual([429, 'in_flight_full']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await errorOf(refused)).toMatchObject({
      code: 'rate_limit_exceeded',
      message: expect.stringContaining('(2)'),
    });
    clients[0]?.abort();
    await until(() => it.queue.waiting() === 1);
    const third = new AbortController();
    const next = ask(third);
    await until(() => it.queue.waiting() === 2);
    for (const client of [...clients, third]) client.abort();
    await Promise.all([...asked, next]);
  });

  test('has what a reload gives it from the next request on', async () => {
    await using it = startTestGateway([ONE], { keys });
    const given = tenants({ name: 'npc', weight: 7, queueShare: 0.5 });
    it.gateway.retune({ ...SETTINGS, tenants: given });
    await chat(it.url, ASK, bearer('npc1'));
    expect(it.queue.tickets[0]?.limits).toMatchObject({ weight: 7, depthMax: 1000 });
  });
});
