import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { FAST_LIMITS, startNode, type TestNode } from '../support/node.ts';
import { until } from '../support/wait.ts';

const CONFIG = `
gateway: { port: 0, tenant_header: x-tenant }
pools:
  heavy: { model: sim/heavy-14b, max_model_len: 8192, args: { sim-start-s: 0.2, sim-speed: 20 } }
  light: { model: sim/light-8b, max_model_len: 8192, args: { sim-start-s: 0.2, sim-speed: 20 } }
replicas: [{ name: heavy-0, pool: heavy }, { name: light-0, pool: light }]
routing: { fallback: { heavy: light } }
tenants:
  - { name: strict, auto_routing: false }
  - { name: flexible, fallback: true }
${FAST_LIMITS}`;
/** The longest a node may take to go, killed after 20 s. */
const STOP_MS_MAX = 30_000;

let node: TestNode;
beforeAll(async () => {
  node = await startNode(CONFIG);
  await node.allReady();
}, STOP_MS_MAX);
afterAll(() => node[Symbol.asyncDispose](), STOP_MS_MAX);

interface Wish {
  readonly tenant?: string;
  readonly body?: Record<string, unknown>;
  readonly headers?: Record<string, string>;
}

async function ask({ tenant = 'somebody', body = {}, headers = {} }: Wish = {}): Promise<Response> {
  return fetch(`${await node.url()}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-tenant': tenant, ...headers },
    body: JSON.stringify({ max_tokens: 1, messages: [{ role: 'user', content: 'Hello' }], ...body }),
  });
}

/** The pool that answered, and why. */
const pool = async (wish: Wish) => {
  const response = await ask(wish);
  await response.text();
  return [response.headers.get('x-ssw-pool'), response.headers.get('x-ssw-route-reason')?.split(' ')[0] ?? null];
};

describe('auto', () => {
  test.each([
    ['a short request', {}, ['light', 'auto:light']],
    ['a long one', { messages: [{ role: 'user', content: 'word '.repeat(1_400) }] }, ['heavy', 'auto:heavy']],
    [
      'one with tools',
      { tools: [{ type: 'function', function: { name: 'f', parameters: {} } }] },
      ['heavy', 'auto:heavy'],
    ],
    ['one that asks for effort', { reasoning_effort: 'high' }, ['heavy', 'auto:heavy']],
    ['one that names a pool', { model: 'heavy' }, ['heavy', null]],
  ])('%s', async (_, body, expected) => {
    expect(await pool({ body: { model: 'auto', ...body } })).toEqual(expected);
  });

  test('a tenant that does not want it is told what there is', async () => {
    const refused = await ask({ tenant: 'strict', body: { model: 'auto' } });
    expect([refused.status, await refused.json()]).toMatchObject([404, { error: { code: 'model_not_found' } }]);
    const unnamed = await ask({ tenant: 'strict' });
    expect([unnamed.status, await unnamed.json()]).toMatchObject([400, { error: { param: 'model' } }]);
  });
});

test('a pool without replica: another steps in where tenant and client allow it, and says so', async () => {
  await node.command('drain', 'heavy-0');
  await until('the heavy pool takes nothing', async () => (await node.replica('heavy-0')).state !== 'ready');
  const served = await ask({ tenant: 'flexible', body: { model: 'heavy' } });
  const answer = await served.text();
  expect([served.status, served.headers.get('x-ssw-fallback'), served.headers.get('x-ssw-pool')]).toEqual([
    200,
    'heavy',
    'light',
  ]);
  expect(answer).toContain('sim/light-8b');
  const others = [
    await ask({ body: { model: 'heavy' }, headers: { 'x-ssw-deadline-ms': '500' } }),
    await ask({ tenant: 'flexible', headers: { 'x-ssw-pool': 'heavy', 'x-ssw-deadline-ms': '500' } }),
  ];
  expect(others.map((it) => [it.status, it.headers.get('x-ssw-pool'), it.headers.get('x-ssw-fallback')])).toEqual([
    [503, 'heavy', null],
    [503, 'heavy', null],
  ]);
  await node.command('resume', 'heavy-0');
  await until('it is back', async () => (await node.replica('heavy-0')).state === 'ready');
}, 20_000);
