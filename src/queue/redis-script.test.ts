import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { Redis } from 'ioredis';
import { until } from '../../test/support/wait.ts';
import { startRedis, type TestRedis } from './fixtures/redis-server.ts';
import { createMachine, applyCommit } from './machine/index.ts';
import { admission, offer } from './machine/fixtures/pool.ts';
import { callerOf } from './redis-library.ts';
import { readReply } from './redis-reply.ts';
import { BELL_CHANNEL } from './relay/wire.ts';
import { argumentsOf, keyOf, keysOf, LIBRARY } from './redis-script.ts';
import type { Commit, Transition } from './store.ts';

const POLICY = {
  depthMax: 1_000,
  shares: { interactive: 16, default: 4, bulk: 1 },
  ageingMs: 10_000,
  quantum: 0,
};

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
beforeEach(async () => {
  await server.client.flushall();
});
afterAll(() => server.remove());

const commitOf = (life: string, transitions: readonly Transition[], offers = [] as Commit['offers']): Commit => {
  return { life, claimBase: `${life}:claim`, policy: POLICY, offers, transitions };
};
const registration = (node: string): Transition => ({ type: 'register', node, leaseMs: 60_000, rooms: '' });

async function run(commit: Commit): Promise<ReturnType<typeof readReply>> {
  const call = callerOf(server.client, LIBRARY);
  return readReply(await call(LIBRARY.functionFor(commit), keysOf('heavy'), argumentsOf(commit)), commit);
}

/** What makes the bell ring: by the node's life, and whether it must. */
const RINGS: readonly [string, Commit, boolean][] = [
  ['alone', commitOf('a:1', [registration('a'), admission('1')]), false],
  ['another node registers', commitOf('b:1', [registration('b')]), false],
  ['something stays in line', commitOf('a:1', [admission('2')]), true],
  ['something new, and all is claimed', commitOf('a:1', [admission('3')], [offer()]), false],
  ['something stays again', commitOf('a:1', [admission('4'), admission('5')], [offer({ roomSequences: 1 })]), true],
  ['nothing new', commitOf('a:1', []), false],
  ['all is claimed', commitOf('a:1', [], [offer()]), false],
  ['a suspect waits', commitOf('a:1', [{ type: 'give_back', claim: 'a:1:claim:1', alone: true }]), true],
];

test('the bell rings for what stays in line or apart while another node lives', async () => {
  const heard: string[] = [];
  const subscriber = new Redis({ path: server.socketPath });
  subscriber.on('message', (_: string, pool: string) => heard.push(pool));
  await subscriber.subscribe(BELL_CHANNEL);
  const bells = { memory: 0 };
  const machine = createMachine(
    () => Date.now() * 1000,
    () => (bells.memory += 1),
  );
  let expected = 0;
  for (const [name, commit, rings] of RINGS) {
    await run(commit);
    applyCommit(machine, commit);
    if (rings) expected += 1;
    await until(`the bell: ${name}`, () => heard.length >= expected);
    expect([name, heard.length, bells.memory]).toEqual([name, expected, expected]);
  }
  expect(new Set(heard)).toEqual(new Set(['heavy']));
  subscriber.disconnect();
});

test('orders are the µs of the server, made unique', async () => {
  const before = Date.now() * 1000;
  const reply = await run(commitOf('o:1', [registration('o'), ...['x', 'y', 'z'].map((id) => admission(id))]));
  const orders =
    reply.type === 'committed' ? reply.results.flatMap((it) => (it.type === 'admitted' ? it.order : [])) : [];
  expect(orders).toHaveLength(3);
  expect(new Set(orders).size).toBe(3);
  expect(orders.every((it) => it >= before && it <= Date.now() * 1000 + 1_000_000)).toBe(true);
});

test('an empty pool keeps its clock and its nodes, and nothing else without an end', async () => {
  const limits = { tenantDepthMax: 9, requestsPerMinute: 60, tokensPerMinute: 60_000, look: false };
  await run(commitOf('a:1', [registration('a'), admission('1', {}, limits), admission('2', { charge: 900 }, limits)]));
  const reply = await run(commitOf('a:1', [], [offer()]));
  const claims = reply.type === 'committed' ? reply.claims : [];
  const ends = claims.map(({ claim }): Transition => ({ type: 'finish', claim, charge: undefined, rate: undefined }));
  await run(commitOf('a:1', ends));
  const kept = [];
  for (const key of await server.client.keys('*')) if ((await server.client.pttl(key)) < 0) kept.push(key);
  expect(kept.toSorted()).toEqual(['clock', 'nodes', 'order', 'rooms'].map((it) => keyOf('heavy', it)));
});

test('bug: what another version has written is not even read: its keys and channels have another name', async () => {
  await server.client.zadd('ssw:{heavy}:line', 0, 'of another form');
  await server.client.zadd('ssw:2:{heavy}:nodes', 1, 'a:1');
  expect(await run(commitOf('a:1', [registration('a'), admission('1')]))).toMatchObject({ depth: 1 });
  const own = (await server.client.keys('*')).filter((it) => it.startsWith('ssw:1:{heavy}:'));
  expect(own).toContain(keyOf('heavy', 'line'));
  expect(BELL_CHANNEL).toStartWith('ssw:1:');
});

test('an answer that is none of ours is an error that says so', () => {
  expect(() => readReply('OK', commitOf('a:1', []))).toThrow("is it another program's server?");
});
