import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { FAST_LIMITS, startNode, type TestNode } from '../support/node.ts';
import { until } from '../support/wait.ts';

/** A token of a request that runs alone; the engine takes one at a time. */
const STEP_MS = 10;
const CONFIG = `
gateway: { port: 0, tenant_header: x-tenant }
pools: { light: { model: sim/light, max_model_len: 8192, args: { sim-start-s: 0.2, sim-decode-step-ms: ${STEP_MS}, max-num-seqs: 1 } } }
replicas: [{ name: light-0, pool: light }]
queue: { max_wait_s: 60, max_depth: 20, flush_after_s: 0.3, quantum_tokens: 0 }
tenants:
  - { name: few, requests_per_minute: 2 }
  - { name: thrifty, tokens_per_minute: 100 }
  - { name: small, queue_share: 0.1 }
  - { name: crowd, queue_share: 1 }
${FAST_LIMITS}`;
/** Longer than any test. */
const LONG = 6_000;
/** The longest a node may take to go, killed after 20 s. */
const STOP_MS_MAX = 30_000;

let node: TestNode;
const clients = new Set<AbortController>();

beforeAll(async () => {
  node = await startNode(CONFIG);
  await node.allReady();
}, STOP_MS_MAX);
afterEach(async () => {
  for (const it of clients) it.abort();
  clients.clear();
  await until('nothing waits or runs', async () => {
    const { pools, replicas } = await node.status();
    return pools[0]?.waiting === 0 && replicas[0]?.in_flight === 0;
  });
});
afterAll(() => node[Symbol.asyncDispose](), STOP_MS_MAX);

interface Wish {
  readonly tenant?: string;
  readonly tokens?: number;
  readonly stream?: boolean;
  readonly headers?: Record<string, string>;
}

async function ask({ tenant = 'somebody', tokens = 1, stream = false, headers = {} }: Wish = {}): Promise<Response> {
  const client = new AbortController();
  clients.add(client);
  return fetch(`${await node.url()}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-tenant': tenant, ...headers },
    body: JSON.stringify({
      model: 'light',
      stream,
      max_tokens: tokens,
      ignore_eos: true,
      messages: [{ role: 'user', content: 'Hello' }],
    }),
    signal: client.signal,
  });
}

/** One that runs until the test ends or it is told to leave; the others wait. */
async function occupy(): Promise<() => void> {
  const before = new Set(clients);
  const response = await ask({ tenant: 'busy', tokens: LONG, stream: true });
  const [own] = [...clients].filter((it) => !before.has(it));
  void response.text().catch(() => undefined); // it leaves
  return () => own?.abort();
}

const waiting = async (): Promise<number> => (await node.status()).pools[0]?.waiting ?? 0;
const inLine = (count: number): Promise<void> => until(`${count} wait`, async () => (await waiting()) === count);
const codeOf = async (response: Response): Promise<[number, string | undefined]> => [
  response.status,
  /"code":"([a-z_]+)"/.exec(await response.text())?.[1],
];
const header = (response: Response, name: string): number => Number(response.headers.get(name));

describe('allowances', () => {
  test('of requests: counted down in headers, then 429; no other tenant feels it', async () => {
    const served = [await ask({ tenant: 'few' }), await ask({ tenant: 'few' })];
    expect(served.map((it) => [it.status, it.headers.get('x-ratelimit-limit-requests')])).toEqual([
      [200, '2'],
      [200, '2'],
    ]);
    expect(served.map((it) => it.headers.get('x-ratelimit-remaining-requests'))).toEqual(['1', '0']);
    const refused = await ask({ tenant: 'few' });
    expect(refused.headers.get('x-ratelimit-remaining-requests')).toBe('0');
    expect(refused.headers.get('x-ratelimit-reset-requests')).toMatch(/^(?:\d+m)?[\d.]+s$/);
    expect(refused.headers.get('x-ssw-reject-reason')).toBe('rate_limit_exceeded');
    expect(header(refused, 'retry-after')).toBeGreaterThan(10);
    expect(header(refused, 'retry-after')).toBeLessThanOrEqual(31);
    expect(await codeOf(refused)).toEqual([429, 'rate_limit_exceeded']);
    expect((await ask()).status).toBe(200);
  });

  test('of tokens: what was not used comes back, what was is gone', async () => {
    const small = await ask({ tenant: 'thrifty', tokens: 1 });
    await small.text();
    expect([small.status, small.headers.get('x-ratelimit-limit-tokens')]).toEqual([200, '100']);
    const [again] = [await ask({ tenant: 'thrifty', tokens: 1 })];
    await again.text();
    expect(again.status).toBe(200);
    let last = again;
    for (let at = 0; at < 20 && last.status === 200; at += 1) {
      last = await ask({ tenant: 'thrifty', tokens: 20 });
      if (last.status === 200) await last.text();
    }
    expect(await codeOf(last)).toEqual([429, 'rate_limit_exceeded']);
    expect((await ask()).status).toBe(200);
  });
});

test('a tenant’s part of the line is full: 429 for it, a place for the others', async () => {
  await occupy();
  const mine = [ask({ tenant: 'small' }), ask({ tenant: 'small' })];
  await inLine(2);
  const refused = await ask({ tenant: 'small' });
  expect(header(refused, 'retry-after')).toBeGreaterThan(0);
  expect(await codeOf(refused)).toEqual([429, 'tenant_queue_full']);
  const others = ask();
  await inLine(3);
  for (const it of clients) it.abort();
  await Promise.allSettled([...mine, others]);
});

test('a name that is none is refused, and the header is named', async () => {
  const refused = await ask({ tenant: 'two words' });
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({ error: { param: 'x-tenant' } });
});

test('interactive goes first, whoever came before; tenants of one priority take turns', async () => {
  const leave = await occupy();
  const order: string[] = [];
  const ends: Promise<unknown>[] = [];
  const enter = async (name: string, tenant: string, priority: string) => {
    const before = await waiting();
    const reply = ask({ tenant, tokens: 20, headers: { 'x-ssw-priority': priority } });
    ends.push(reply.then((it) => it.text()).then(() => order.push(name)));
    await inLine(before + 1);
  };
  await enter('bulk', 'a', 'bulk');
  for (const name of ['a1', 'a2', 'a3']) await enter(name, 'a', 'default');
  await enter('b1', 'b', 'default');
  await enter('interactive', 'c', 'interactive');
  leave();
  await Promise.all(ends);
  expect(order[0]).toBe('interactive');
  expect(order.filter((it) => it.length === 2)).toEqual(['a1', 'b1', 'a2', 'a3']);
});

test('one whose turn would come after its deadline is told at once; of a tenant that had no turn yet it comes sooner', async () => {
  const crowd = Array.from({ length: 12 }, () => ask({ tenant: 'crowd', tokens: 40 }));
  await inLine(11);
  await until('it is known how the line moves', async () => (await waiting()) <= 8);
  const startedMs = performance.now();
  const refused = await ask({ tenant: 'crowd', headers: { 'x-ssw-deadline-ms': '1500' } });
  const tookMs = performance.now() - startedMs;
  const text = await refused.text();
  expect([refused.status, JSON.parse(text)]).toMatchObject([503, { error: { code: 'queue_timeout' } }]);
  expect(refused.headers.get('x-ssw-reject-reason')).toBe('wait_too_long');
  expect(text).toContain('would have no room');
  expect(tookMs).toBeLessThan(1_000);
  const other = await ask({ headers: { 'x-ssw-deadline-ms': '1500' } });
  expect(other.status).toBe(200);
  for (const it of await Promise.all(crowd)) expect(it.status).toBe(200);
});

describe('a stream that waits long gets its headers', () => {
  test('and comments that tell its place, and then its answer', async () => {
    const leave = await occupy();
    const response = await ask({ stream: true, tokens: 5 });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(response.headers.get('x-ssw-replica')).toBeNull();
    leave();
    const text = await response.text();
    expect(text).toMatch(/^: ssw queued position=1(?: eta_ms=\d+)?\n\n: ssw granted replica=light-0 queue_ms=\d+\n\n/);
    expect(text.trimEnd()).toEndWith('data: [DONE]');
  });

  test('and where its time is over an error in place of an answer', async () => {
    await occupy();
    const response = await ask({ stream: true, headers: { 'x-ssw-deadline-ms': '1000' } });
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text).toStartWith(': ssw queued position=1');
    expect(text).toContain('"code":"queue_timeout"');
    expect(text).not.toContain('[DONE]');
  });

  test('one that waits in silence for an answer in one piece gets its status', async () => {
    await occupy();
    const refused = await ask({ headers: { 'x-ssw-deadline-ms': '600' } });
    expect(await codeOf(refused)).toEqual([503, 'queue_timeout']);
  });
});
