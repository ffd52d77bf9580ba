import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import type { QueueReport } from '../../src/control/index.ts';
import { keyOf } from '../../src/queue/redis-script.ts';
import { startRedis, type TestRedis } from '../../src/queue/fixtures/redis-server.ts';
import { FAST_LIMITS, startNode, type TestNode } from '../support/node.ts';
import { until } from '../support/wait.ts';

/** Each engine takes one request at a time, and longer for one of `LONG` than any test. */
const POOL = `
pools: { light: { model: sim/light, max_model_len: 8192, args: { sim-start-s: 0.2, sim-decode-step-ms: 10, max-num-seqs: 1 } } }
`;
const LONG = 6_000;
/** The longest a node may take to go, killed after 20 s. */
const STOP_MS_MAX = 30_000;

let redis: TestRedis;
/** Runs the one replica there is. */
let here: TestNode;
/** Takes requests that run `here`. */
let there: TestNode;
const clients = new Set<AbortController>();

beforeAll(async () => {
  redis = await startRedis();
  const shared = `redis: { url: "unix://${redis.socketPath}" }\n${FAST_LIMITS}`;
  const replicas = 'replicas: [{ name: light-0, pool: light }]\nnode: { name: here }\n';
  here = await startNode(`${POOL}${replicas}${shared}`);
  there = await startNode(`${POOL}node: { name: there, roles: [gateway] }\n${shared}`);
  await serve();
}, STOP_MS_MAX);
afterEach(async () => {
  for (const it of clients) it.abort();
  clients.clear();
  await isEmpty();
});
afterAll(async () => {
  for (const node of [there, here]) await node[Symbol.asyncDispose]();
  await redis.remove();
}, 2 * STOP_MS_MAX);

/** Both take requests. */
async function serve(): Promise<void> {
  for (const node of [here, there]) {
    const url = await node.url();
    await until('it serves', async () => (await fetch(`${url}/ready`)).ok);
  }
}

interface Sent {
  readonly id: string;
  /** Its status line is here. */
  readonly begun: Promise<Response>;
  readonly reply: Promise<{ readonly status: number; readonly text: string }>;
  leave(): void;
}

/** Sends a request, and answers once the queue shows it as `as`. */
async function send(node: TestNode, as: 'tickets' | 'claims', tokens = LONG, stream = true): Promise<Sent> {
  const before = new Set((await shown(node))[as].map(({ id }) => id));
  const client = new AbortController();
  clients.add(client);
  const messages = [{ role: 'user', content: 'Hello' }];
  const response = fetch(`${await node.url()}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'light', stream, max_tokens: tokens, ignore_eos: true, messages }),
    signal: client.signal,
  });
  const reply = response.then(async (it) => ({ status: it.status, text: await it.text() }));
  reply.catch(() => undefined); // most leave before their end
  const fresh = async () => (await shown(node))[as].find(({ id }) => !before.has(id))?.id;
  await until(`it is one of the ${as}`, async () => (await fresh()) !== undefined);
  return { id: (await fresh()) ?? '', begun: response, reply, leave: () => client.abort() };
}

/** What `ssw-infer queue --json` shows, without a process for each look. */
async function shown({ directory }: TestNode): Promise<QueueReport> {
  const reply = await fetch('http://node/v1/queue', { unix: `${directory}/run/ctl.sock` });
  const [report] = (await reply.json()) as QueueReport[];
  if (report === undefined) throw new Error('there is no pool');
  return report;
}

const cancel = async (node: TestNode, id: string) => {
  const { code, err } = await node.command('queue', 'cancel', id);
  return { code, err: err.trim() };
};

async function isEmpty(): Promise<void> {
  await until('nothing waits or runs', async () => {
    const { waiting, running, suspects } = await shown(here);
    return waiting + running + suspects === 0;
  });
}

test('either host shows all that waits and runs, for people and for programs', async () => {
  await send(here, 'claims');
  await send(here, 'tickets');
  await send(there, 'tickets');
  for (const node of [here, there]) {
    const [report] = JSON.parse((await node.command('queue', '--json')).out) as [QueueReport];
    expect(report).toMatchObject({ pool: 'light', waiting: 2, running: 1, suspects: 0 });
    expect(report.nodes.map((it) => it.node).toSorted()).toEqual(['here', 'there']);
    expect(report.lines).toMatchObject([{ tenant: 'anonymous', priority: 'default', waiting: 2 }]);
    expect(report.tickets.map(({ origin, position }) => [origin, position])).toEqual([
      ['here', 1],
      ['there', 2],
    ]);
    expect(report.claims).toMatchObject([{ origin: 'here', node: 'here', replica: 'light-0' }]);
  }
  const { out } = await there.command('queue');
  expect(out).toContain('light: 2 waiting · 1 running · nodes: ');
  for (const word of ['TENANT', 'REQUEST', 'RUNNING', 'anonymous', 'light-0']) expect(out).toContain(word);
  expect(JSON.parse((await here.command('queue', '--json', '--tickets', '1')).out)).toMatchObject([
    { waiting: 2, tickets: [{ position: 1 }] },
  ]);
});

describe('cancel', () => {
  /** Whose client the request has, and where the operator says so. */
  const PLACES = [
    ['here', 'here'],
    ['here', 'there'],
    ['there', 'here'],
    ['there', 'there'],
  ] as const;
  const nodeOf = (name: 'here' | 'there'): TestNode => (name === 'here' ? here : there);

  test.each(PLACES)('of one that waits, of a client %s, by an operator %s', async (origin, operator) => {
    const running = await send(here, 'claims');
    const { id, reply } = await send(nodeOf(origin), 'tickets', LONG, false);
    expect(await cancel(nodeOf(operator), id)).toEqual({ code: 0, err: `${id} is cancelled` });
    const { status, text } = await reply;
    expect([status, JSON.parse(text)]).toMatchObject([503, { error: { code: 'cancelled_by_operator' } }]);
    expect((await shown(here)).running).toBe(1);
    running.leave();
  });

  test.each(PLACES)('of one that runs, of a client %s, by an operator %s', async (origin, operator) => {
    const { id, reply } = await send(nodeOf(origin), 'claims', LONG, false);
    expect(await cancel(nodeOf(operator), id)).toEqual({ code: 0, err: `${id} is cancelled` });
    const { status, text } = await reply;
    expect([status, JSON.parse(text)]).toMatchObject([503, { error: { code: 'cancelled_by_operator' } }]);
  });

  test('of a stream that has begun ends it with an error in place of [DONE]', async () => {
    const { id, begun, reply } = await send(there, 'claims');
    await begun;
    await cancel(here, id);
    const { text } = await reply;
    expect(text).toContain('data: {"error"');
    expect(text).toContain('"cancelled_by_operator"'); // bug: it was told as the engine's failure, to be sent again
    expect(text).not.toContain('[DONE]');
  });

  test('of an empty id is wrong usage, not a node of another version', async () => {
    expect((await here.command('queue', 'cancel', '')).code).toBe(64);
  });

  test('of nobody says so, with exit 1', async () => {
    expect(await cancel(here, 'nobody')).toEqual({
      code: 1,
      err: 'no request nobody waits or runs; see `ssw-infer queue`',
    });
  });
});

test('audit finds nothing wrong with what waits and runs', async () => {
  await send(here, 'claims');
  await send(there, 'tickets');
  for (const node of [here, there]) {
    const { code, out } = await node.command('queue', 'audit');
    expect([code, out.trim()]).toEqual([0, 'every request has one place, and every index agrees']);
  }
});

test('audit tells what is wrong, with exit 1', async () => {
  const [nonsense, endless] = [keyOf('light', 'nonsense'), keyOf('light', 'rate:somebody')];
  await redis.client.set(nonsense, '1');
  await redis.client.set(endless, '1');
  const { code, out } = await there.command('queue', 'audit', '--json');
  expect([code, JSON.parse(out)]).toEqual([
    1,
    expect.arrayContaining([
      { pool: 'light', rule: 'keys', what: `${nonsense} is none of the queue` },
      { pool: 'light', rule: 'keys', what: `${endless} never ends` },
    ]),
  ]);
  await redis.client.del(nonsense, endless);
});

test('while Redis is away a host shows its own line, and cancels in it', async () => {
  await send(here, 'claims');
  await redis.kill();
  await until('it is noticed', async () => !(await here.status()).redis.up);
  const { id, reply } = await send(here, 'tickets', LONG, false);
  expect((await shown(here)).waiting).toBe(1);
  expect((await cancel(here, id)).code).toBe(0);
  expect((await reply).text).toContain('cancelled_by_operator');
  const refused = await there.command('queue');
  expect(refused.code).not.toBe(0);
  expect(refused.err.trim()).not.toBe('');
  await redis.start();
  await until('it is back', async () => (await here.status()).redis.up);
  await serve();
});
