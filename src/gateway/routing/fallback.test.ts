import { describe, expect, test } from 'bun:test';
import type { Queue, Refusal } from '../../queue/index.ts';
import type { ReplicaState } from '../../supervisor/index.ts';
import { completion, says, streams, chunk, DONE } from '../fixtures/scripted-engine.ts';
import { scriptedQueue, type Plan, type ScriptedQueue } from '../fixtures/scripted-queue.ts';
import {
  ASK,
  ASK_STREAM,
  chat,
  errorOf,
  ROUTES,
  ROUTING,
  SETTINGS,
  startGatewayOn,
  replica,
} from '../fixtures/test-gateway.ts';
import { fallbackOf } from './fallback.ts';
import { createRouteTable } from './route-table.ts';
import { ANY_TENANT } from './routing-rules.ts';

const rules = { ...ROUTING, fallback: { heavy: 'light' } };
const table = createRouteTable(ROUTES);
const [heavy, light] = ROUTES;
if (heavy === undefined || light === undefined) throw new Error('two pools are needed');

describe('which pool steps in', () => {
  const willing = { table, rules, tenant: { ...ANY_TENANT, fallback: true } };
  const byModel = { word: undefined, namesPool: false };

  test('the one of the config, for a tenant that allows it', () => {
    expect(fallbackOf(heavy, byModel, willing)).toBe(light);
    expect(fallbackOf(light, byModel, willing)).toBeUndefined();
    expect(fallbackOf(heavy, byModel, { ...willing, tenant: ANY_TENANT })).toBeUndefined();
  });
  test('none that the tenant may not use, or that is gone', () => {
    const tenant = { ...willing.tenant, mayUse: (pool: string) => pool === 'heavy' };
    expect(fallbackOf(heavy, byModel, { ...willing, tenant })).toBeUndefined();
    expect(fallbackOf(heavy, byModel, { ...willing, table: createRouteTable([heavy]) })).toBeUndefined();
  });
  test('none against the client’s word, nor for a pool of the header without it', () => {
    expect(fallbackOf(heavy, { ...byModel, word: 'never' }, willing)).toBeUndefined();
    expect(fallbackOf(heavy, { word: undefined, namesPool: true }, willing)).toBeUndefined();
    expect(fallbackOf(heavy, { word: 'allow', namesPool: true }, willing)).toBe(light);
    expect(fallbackOf(heavy, { word: 'allow', namesPool: false }, { ...willing, tenant: ANY_TENANT })).toBeUndefined();
  });
});

const FLUSH_AFTER_MS = 50;

interface States {
  readonly maxTokens?: number;
  readonly heavy?: ReplicaState;
  readonly light?: ReplicaState;
}

/** Heavy refuses; light serves. */
function start(refusal: Plan, lightPlan: Plan, states: States = {}) {
  const behind = scriptedQueue(lightPlan);
  const refused = scriptedQueue(refusal);
  const queue: Queue & { readonly light: ScriptedQueue } = {
    ...behind,
    light: behind,
    acquire: (ticket, signal) => (ticket.pool === 'heavy' ? refused : behind).acquire(ticket, signal),
  };
  const tenants = {
    ...SETTINGS.tenants,
    defaults: { ...SETTINGS.tenants.defaults, fallback: true, maxTokens: states.maxTokens },
  };
  const replicas = [replica('heavy', states.heavy ?? 'ready'), replica('light', states.light ?? 'ready')];
  return startGatewayOn(queue, { routing: rules, tenants, replicas, flushAfterMs: FLUSH_AFTER_MS });
}

describe('a pool that cannot serve', () => {
  const refusals: Refusal[] = [
    { reason: 'no_replica' },
    { reason: 'wait_too_long', predictedMs: 90_000, retryAfterMs: 1_000 },
    { reason: 'server_overloaded', depth: 2_000, retryAfterMs: 1_000 },
  ];
  test.each(refusals)('is stepped in for, and the headers tell: $reason', async (refusal) => {
    await using it = start(refusal, [says(completion('from light'))]);
    const response = await chat(it.url, ASK);
    expect(await response.text()).toContain('from light');
    expect([...response.headers]).toContainEqual(['x-ssw-fallback', 'heavy']);
    expect([response.headers.get('x-ssw-pool'), response.headers.get('x-ssw-model')]).toEqual([
      'light',
      'acme/small-1B',
    ]);
    expect(it.queue.light.tickets).toMatchObject([{ pool: 'light' }]);
    expect(String(it.queue.light.sent[0]?.body)).toBe(ASK.replace('heavy', 'light'));
    expect(await it.metrics.registry.metrics()).toContain('sswinfer_fallbacks_total{pool="heavy",to="light"} 1');
    expect(await it.metrics.registry.metrics()).toContain(
      'sswinfer_requests_total{pool="light",outcome="completed"} 1',
    );
  });

  test('streams too', async () => {
    await using it = start({ reason: 'no_replica' }, [streams([chunk('from light', 'stop'), DONE])]);
    const response = await chat(it.url, ASK_STREAM);
    expect(response.headers.get('x-ssw-fallback')).toBe('heavy');
    expect(await response.text()).toContain('from light');
  });

  test('bug: a length filled for one pool went on to the other; each gets what its own context allows', async () => {
    await using it = start({ reason: 'no_replica' }, [says(completion('from light'))], { maxTokens: 8000 });
    const long = `{"model":"heavy","messages":[{"role":"user","content":"${'x'.repeat(20_000)}"}]}`;
    expect((await chat(it.url, long)).status).toBe(200);
    expect(String(it.queue.light.sent[0]?.body)).toStartWith('{"max_tokens":8000,"model":"light"');
    expect(it.queue.light.tickets[0]?.size.outputTokensMax).toBe(8000);
  });

  test('bug: a limit that the first context made needless was missing in the other', async () => {
    await using it = start({ reason: 'no_replica' }, [says(completion('from light'))], { maxTokens: 9000 });
    expect((await chat(it.url, '{"model":"heavy","messages":[]}')).status).toBe(200);
    expect(String(it.queue.light.sent[0]?.body)).toStartWith('{"max_tokens":9000,"model":"light"');
  });

  test('not for a refusal of the request itself', async () => {
    await using it = start({ reason: 'draining' }, [says(completion('from light'))]);
    const response = await chat(it.url, ASK);
    expect([response.status, response.headers.get('x-ssw-pool'), response.headers.get('x-ssw-fallback')]).toEqual([
      503,
      'heavy',
      null,
    ]);
  });

  test('where the other cannot either, its refusal is told', async () => {
    await using it = start({ reason: 'no_replica' }, { reason: 'server_overloaded', depth: 7, retryAfterMs: 1_000 });
    const response = await chat(it.url, ASK);
    expect([response.headers.get('x-ssw-fallback'), response.headers.get('x-ssw-reject-reason')]).toEqual([
      'heavy',
      'server_overloaded',
    ]);
  });

  test('that has no replica is not waited for', async () => {
    await using it = start({ reason: 'draining' }, [says(completion('from light'))], { heavy: 'starting' });
    const response = await chat(it.url, ASK);
    expect([response.status, response.headers.get('x-ssw-fallback')]).toEqual([200, 'heavy']);
  });

  test('unless the other has none either', async () => {
    const states: States = { heavy: 'starting', light: 'starting' };
    await using it = start({ reason: 'draining' }, [says(completion('from light'))], states);
    const response = await chat(it.url, ASK);
    expect([response.status, response.headers.get('x-ssw-pool')]).toEqual([503, 'heavy']);
  });

  test('a stream whose headers are out stays where they say', async () => {
    const line = Promise.withResolvers<Refusal>();
    await using it = start(line.promise, [streams([chunk('from light', 'stop'), DONE])]);
    const response = await chat(it.url, ASK_STREAM);
    expect(response.headers.get('x-ssw-pool')).toBe('heavy');
    line.resolve({ reason: 'no_replica' });
    expect(await response.text()).toContain('"code":"no_replica"');
    expect(it.queue.light.tickets).toEqual([]);
  });

  test('a wish by header stands, unless its client allows another', async () => {
    await using it = start({ reason: 'no_replica' }, [says(completion('from light'))]);
    expect((await chat(it.url, ASK, { 'x-ssw-pool': 'heavy' })).status).toBe(503);
    const allowed = await chat(it.url, ASK, { 'x-ssw-pool': 'heavy', 'x-ssw-fallback': 'allow' });
    expect([allowed.status, allowed.headers.get('x-ssw-pool')]).toEqual([200, 'light']);
    expect((await chat(it.url, ASK, { 'x-ssw-fallback': 'never' })).status).toBe(503);
    const odd = await chat(it.url, ASK, { 'x-ssw-fallback': 'maybe' });
    expect([odd.status, await errorOf(odd)]).toMatchObject([400, { param: 'x-ssw-fallback' }]);
  });
});

test('why a pool was chosen stands in a header; the client’s word on effort counts most', async () => {
  await using it = startGatewayOn(scriptedQueue([says(completion('ok'))]));
  const auto = ASK.replace('heavy', 'auto');
  const plain = await chat(it.url, auto);
  expect(plain.headers.get('x-ssw-route-reason')).toMatch(/^auto:light score=\d+\/1500,prompt_tokens=\d+,turns=1$/);
  const high = await chat(it.url, auto, { 'x-ssw-effort': 'high' });
  expect([high.headers.get('x-ssw-pool'), high.headers.get('x-ssw-route-reason')]).toEqual([
    'heavy',
    expect.stringMatching(/^auto:heavy .*,effort=high$/),
  ]);
  expect((await chat(it.url, ASK)).headers.get('x-ssw-route-reason')).toBeNull();
  const odd = await chat(it.url, auto, { 'x-ssw-effort': 'heroic' });
  expect([odd.status, await errorOf(odd)]).toMatchObject([400, { param: 'x-ssw-effort' }]);
});
