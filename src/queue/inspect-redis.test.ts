import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import type { Redis } from 'ioredis';
import { auditPool } from './audit.ts';
import { admit, finish, offer, speaker, type Speaker } from './fixtures/speaker.ts';
import { startRedis, type TestRedis } from './fixtures/redis-server.ts';
import { keyOf } from './redis-script.ts';
import { createRedisStore } from './redis-store.ts';
import type { Store } from './store.ts';
import { until } from '../../test/support/wait.ts';

let server: TestRedis;
let store: Store;
let node: Speaker;
beforeAll(async () => {
  server = await startRedis();
  store = createRedisStore({ unixSocketPath: server.socketPath });
  let isConnected = false;
  store.watch(({ is }) => (isConnected = is === 'connected'));
  await until('the store is connected', () => isConnected);
});
afterAll(async () => {
  await store.close();
  await server.remove();
});

/** Two lives; `t1` runs with the second, `t2` and `t3` wait, `t4` waits apart; `t0` made its tenant idle. */
beforeEach(async () => {
  await server.client.flushall();
  node = speaker(store, 'north:1');
  const other = speaker(store, 'south:1');
  await node.register();
  await other.register();
  const limits = { tokensPerMinute: 100_000 };
  const bulk = { tenant: 'globex', priority: 'bulk' } as const;
  await node.commit({ transitions: [admit('t4', {}, limits), admit('t0', { tenant: 'initech' }), admit('t5', bulk)] });
  const taken = await node.commit({ claimBase: 'c', offers: [offer('north/a')] });
  const [t4] = taken.claims.filter(({ entry }) => entry.id === 't4');
  await node.commit({
    transitions: [
      { type: 'give_back', claim: t4?.claim ?? '', alone: true },
      ...taken.claims.filter((it) => it !== t4).map((it) => finish(it.claim)),
    ],
  });
  await node.commit({ transitions: [admit('t1')] });
  await other.commit({ claimBase: 'theirs', offers: [offer('south/a')] });
  await node.commit({ transitions: [admit('t2'), admit('t3', bulk)] });
  await store.condemn('heavy', [{ fingerprint: 'f', untilUnixMs: Date.now() + 60_000 }]);
});

test('nothing is wrong in a pool that works', async () => {
  const state = await store.inspect('heavy', { strays: true });
  expect(state.line.map(({ id }) => id)).toEqual(['t2', 't3']);
  expect([state.apart.length, state.claims.length, state.lives.length]).toEqual([1, 1, 2]);
  expect(auditPool(state)).toEqual([]);
});

const key = (name: string): string => keyOf('heavy', name);
const firstMember = async (redis: Redis): Promise<string> => (await redis.zrange(key('line'), '0', '0'))[0] ?? '';

const breaks: [what: string, rule: string, doIt: (redis: Redis) => Promise<unknown>][] = [
  ['a ticket lost from the line', 'indexed_waits', async (it) => it.zrem(key('line'), await firstMember(it))],
  ['an index lost', 'waiting_indexed', (it) => it.hdel(key('ids:north:1'), 't2')],
  [
    'an index of another ticket',
    'waiting_indexed',
    async (it) => it.hset(key('ids:north:1'), 't3', await firstMember(it)),
  ],
  [
    'a ticket in line and claimed',
    'one_place',
    async (it) => it.hset(key('claims:south:1'), 'x:1', `line\x1Fsouth/a\x1F${await firstMember(it)}`),
  ],
  ['a life forgotten', 'origin_known', (it) => it.zrem(key('nodes'), 'north:1')],
  ['a life at its end and before', 'one_life', (it) => it.zadd(key('gone'), 1, 'north:1')],
  ['a flow lost', 'flows', (it) => it.zrem(key('flows:2'), 'globex')],
  ['a tenant idle and in line', 'idle', (it) => it.zadd(key('idle:2'), 1_000, 'globex')],
  ['an order that was never given', 'orders', (it) => it.set(key('order'), 1)],
  ['a counter below zero', 'counters', (it) => it.zadd(key('flows:2'), -5, 'globex')],
  ['a counter that is no number', 'counters', (it) => it.hset(key('clock'), 'served', 'many')],
  ['a member that nobody wrote', 'keys', (it) => it.zadd(key('line'), 0, 'something')],
  ['a claim that nobody wrote', 'keys', (it) => it.hset(key('claims:south:1'), 'x:1', 'something')],
  ['claims of nobody', 'keys', (it) => it.hset(key('claims:east:1'), 'x:1', 'something')],
  ['a key of nobody', 'keys', (it) => it.set(key('unheard-of'), 1)],
  ['an allowance without end', 'keys', (it) => it.persist(key('rate:acme'))],
  ['a quarantine without end', 'keys', (it) => it.persist(key('quarantine'))],
];

test.each(breaks)('%s is found', async (_what, rule, doIt) => {
  await doIt(server.client);
  expect(auditPool(await store.inspect('heavy', { strays: true })).map((it) => it.rule)).toContain(rule);
});

test('bug: who looks at a pool or for one ticket makes nobody walk through all keys', async () => {
  const walks = async (): Promise<string | undefined> =>
    /cmdstat_scan:calls=\d+/.exec(await server.client.info('commandstats'))?.[0];
  const before = await walks();
  expect((await store.inspect('heavy')).line).toHaveLength(2);
  expect(await Promise.all(['t1', 't2', 't4', 't9'].map((it) => store.originOf('heavy', it)))).toEqual([
    'north:1', // runs with the other node
    'north:1', // waits
    'north:1', // waits apart
    undefined,
  ]);
  expect(await walks()).toBe(before);
  await store.inspect('heavy', { strays: true });
  expect(await walks()).not.toBe(before);
});

test('two tickets of one order are found', async () => {
  const member = (await firstMember(server.client)).replace('t2', 't9');
  await server.client.zadd(key('line'), 0, member);
  await server.client.hset(key('ids:north:1'), 't9', member);
  const [found, ...others] = auditPool(await store.inspect('heavy', { strays: true }));
  expect([found?.rule, others]).toEqual(['orders', []]);
  expect(found?.what).toMatch(/^tickets t2 and t9 have the same order \d+$/);
});

test('a claim of a life that nobody knows is found', async () => {
  await server.client.zrem(key('nodes'), 'south:1');
  expect(auditPool(await store.inspect('heavy', { strays: true }))).toMatchObject([{ rule: 'keys' }]);
});

test('when all has ended only the fixed keys are left, and what ends by itself', async () => {
  const south = speaker(store, 'south:1');
  await south.commit({ transitions: [finish('theirs:1')] });
  const taken = await node.commit({ offers: [offer('north/a'), offer('north/b', { alone: true })] });
  const last = await node.commit({ transitions: taken.claims.map((it) => finish(it.claim)) });
  expect([last.depth, last.apart]).toEqual([0, 0]);
  const state = await store.inspect('heavy', { strays: true });
  expect(auditPool(state)).toEqual([]);
  const keys = await server.client.keys('*');
  const forever: string[] = [];
  for (const it of keys) if ((await server.client.pttl(it)) === -1) forever.push(it);
  expect(forever.toSorted()).toEqual(['clock', 'nodes', 'order', 'rooms'].map(key));
});
