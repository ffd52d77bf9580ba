import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { auditPool } from './audit.ts';
import { admit, claimedIds, entry, finish, LEASE_MS, offer, placed, policy, speaker } from './fixtures/speaker.ts';
import { startRedis, type TestRedis } from './fixtures/redis-server.ts';
import { memoryStore } from './fixtures/memory.ts';
import { keyOf, quarantineKeyOf } from './redis-script.ts';
import { readReply } from './redis-reply.ts';
import { createRedisStore } from './redis-store.ts';
import { CLAIMS_PER_COMMIT_MAX } from './bounds.ts';
import type { Store } from './store.ts';
import { until } from '../../test/support/wait.ts';

let server: TestRedis;
const open: Store[] = [];
beforeAll(async () => {
  server = await startRedis();
});
afterAll(async () => {
  for (const store of open) await store.close();
  await server.remove();
});

async function redisStore(): Promise<Store> {
  const store = createRedisStore({ unixSocketPath: server.socketPath });
  open.push(store);
  let isConnected = false;
  store.watch((link) => (isConnected = link.is === 'connected'));
  await until('the store is connected', () => isConnected);
  return store;
}

const stores: [string, () => Promise<Store>][] = [
  ['in memory', () => Promise.resolve(memoryStore())],
  [
    'in Redis',
    async () => {
      await server.client.flushall();
      return redisStore();
    },
  ],
];

describe.each(stores)('a store %s', (_where, create) => {
  async function begin(life = 'north:1') {
    const store = await create();
    const node = speaker(store, life);
    await node.register();
    return { store, node };
  }

  test('keeps a quarantine of all nodes, pool by pool, earliest end first, the later of two ends', async () => {
    const store = await create();
    const inAnHour = Date.now() + 3_600_000;
    const list = [2, 1, 1, 3].map((at, nth) => ({ fingerprint: `f${at}-${nth}`, untilUnixMs: inAnHour + at }));
    expect(await store.quarantined('heavy')).toEqual([]);
    await store.condemn('heavy', list.slice(0, 2));
    await store.condemn('heavy', list.slice(2));
    await store.condemn('heavy', [{ fingerprint: 'f1-1', untilUnixMs: inAnHour - 9 }]);
    await store.condemn('light', list.slice(0, 1));
    const names = (await store.quarantined('heavy')).map((it) => it.fingerprint);
    expect(names).toEqual(['f1-1', 'f1-2', 'f2-0', 'f3-3']);
    await store.pardon('heavy', 'f1-2');
    expect(await store.quarantined('heavy')).toHaveLength(3);
    await store.pardon('heavy', 'all');
    expect(await store.quarantined('heavy')).toEqual([]);
    expect(await store.quarantined('light')).toEqual(list.slice(0, 1));
  });

  test('claims at once what meets an empty line and a replica with room, and charges nothing', async () => {
    const { node } = await begin();
    const reply = await node.commit({ claimBase: 'c', offers: [offer('north/a')], transitions: [admit('t1')] });
    const mine = placed(reply, 0, entry('t1'), node.life);
    expect(reply.claims).toEqual([{ claim: 'c:1', replica: 'north/a', kind: 'direct', entry: mine }]);
    expect([reply.depth, reply.apart, reply.served]).toEqual([0, 0, 0]);
  });

  test('says of a cancel, a look, a finish and a return whether there was anything', async () => {
    const { node } = await begin();
    const offers = [offer('north/a', { roomSequences: 1 })];
    await node.commit({ claimBase: 'c', offers, transitions: [admit('t1'), admit('t2')] });
    const reply = await node.commit({
      transitions: [
        { type: 'look', id: 't2' },
        { type: 'cancel', id: 't2', refund: undefined },
        { type: 'cancel', id: 't2', refund: undefined },
        { type: 'look', id: 't2' },
        finish('c:1'),
        finish('c:1'),
        { type: 'give_back', claim: 'c:1', alone: false },
      ],
    });
    const said = reply.results.map(({ type }) => type);
    expect(said).toEqual(['ahead', 'done', 'stale', 'stale', 'done', 'stale', 'stale']);
  });

  test('serves what was given back before those behind it', async () => {
    const { node } = await begin();
    const offers = [offer('north/a', { roomSequences: 1 })];
    await node.commit({ claimBase: 'c', offers, transitions: [admit('t1'), admit('t2')] });
    const back = { type: 'give_back', claim: 'c:1', alone: false } as const;
    expect(claimedIds(await node.commit({ offers: [offer('north/a')], transitions: [back] }))).toEqual(['t1', 't2']);
  });

  test('keeps a suspect apart until a replica is kept free for it', async () => {
    const { node } = await begin();
    await node.commit({ claimBase: 'c', offers: [offer('north/a')], transitions: [admit('t1')] });
    const back = { type: 'give_back', claim: 'c:1', alone: true } as const;
    const waits = await node.commit({ offers: [offer('north/a')], transitions: [back, admit('t2')] });
    expect([claimedIds(waits), waits.apart]).toEqual([['t2'], 1]);
    const reply = await node.commit({ offers: [offer('north/b', { alone: true })], transitions: [admit('t3')] });
    expect(reply.claims).toMatchObject([{ kind: 'alone', replica: 'north/b', entry: { id: 't1' } }]);
  });

  test('gives a replica nothing that it is excepted from, and passes over whom that holds up', async () => {
    const { node } = await begin();
    const offers = [offer('north/a', { exceptIds: ['other', 't1'] })];
    const transitions = [admit('t1'), admit('t2'), admit('t3', { tenant: 'globex' })];
    expect(claimedIds(await node.commit({ offers, transitions }))).toEqual(['t3']);
    const next = await node.commit({ offers: [...offers, offer('north/b', { roomTokens: 100 })] });
    expect(next.claims).toMatchObject([
      { replica: 'north/b', entry: { id: 't1' } },
      { replica: 'north/a', entry: { id: 't2' } },
    ]);
  });

  test('refuses what would make the line, or a tenant’s part of it, longer than its bound', async () => {
    const { node } = await begin();
    const bounded = { policy: { ...policy, depthMax: 2 } };
    const { results } = await node.commit({ ...bounded, transitions: [admit('t1'), admit('t2'), admit('t3')] });
    expect(results[2]).toEqual({ type: 'refused', why: 'pool_full', depth: 2 });
    const again = await node.commit({ transitions: [admit('t4', {}, { tenantDepthMax: 2 })] });
    expect(again.results).toEqual([{ type: 'refused', why: 'tenant_full', depth: 2 }]);
  });

  test('lets a tenant have its allowance and no more, and gives back what it did not use', async () => {
    const { node } = await begin();
    const limits = { tokensPerMinute: 250, requestsPerMinute: 100 };
    const transitions = [admit('t1', {}, limits), admit('t2', {}, limits), admit('t3', {}, limits)];
    const { results } = await node.commit({ transitions });
    expect(results[1]).toMatchObject({
      type: 'admitted',
      rate: { tokens: { remaining: 50 }, requests: { remaining: 98 } },
    });
    expect(results[2]).toMatchObject({ type: 'limited', by: 'tokens' });
    const refund = { tenant: 'acme', tokens: 100, tokensPerMinute: 250 };
    const after = await node.commit({ transitions: [{ type: 'cancel', id: 't1', refund }, admit('t4', {}, limits)] });
    expect(after.results[1]).toMatchObject({ type: 'admitted' });
  });

  test('claims no more than its bound in one commit', async () => {
    const { node } = await begin();
    const many = Array.from({ length: CLAIMS_PER_COMMIT_MAX + 1 }, (_, at) => admit(`t${at}`));
    const offers = [offer('north/a')];
    expect(claimedIds(await node.commit({ offers, transitions: many }))).toHaveLength(CLAIMS_PER_COMMIT_MAX);
    expect(claimedIds(await node.commit({ offers }))).toEqual([`t${CLAIMS_PER_COMMIT_MAX}`]);
  });

  test('takes nothing from a life that is not current: unknown, replaced, or of another memory', async () => {
    const { store, node } = await begin('north:1');
    const next = speaker(store, 'north:2');
    expect(await next.tryCommit({ transitions: [admit('early')] })).toEqual({ type: 'superseded' });
    await next.register();
    expect(await node.tryCommit({ transitions: [admit('late')] })).toEqual({ type: 'superseded' });
    expect((await store.inspect('heavy')).line).toEqual([]);
  });

  test('drops what a replaced life left, and takes from the new one what is still true', async () => {
    const { store, node } = await begin('north:1');
    const first = await node.commit({
      claimBase: 'c',
      offers: [offer('north/a', { roomSequences: 1 })],
      transitions: [admit('t1'), admit('t2'), admit('t3')],
    });
    const next = speaker(store, 'north:2');
    await next.register();
    const [running, waiting] = [placed(first, 0, entry('t1'), next.life), placed(first, 1, entry('t2'), next.life)];
    await next.commit({
      transitions: [
        { type: 'restore_claim', claim: 'c:1', replica: 'north/a', kind: 'direct', entry: running },
        { type: 'restore_ticket', entry: waiting, alone: false },
        { type: 'beat', leaseMs: LEASE_MS, rooms: '' },
      ],
    });
    const state = await store.inspect('heavy');
    expect([state.line, state.claims.map(({ claim }) => claim)]).toEqual([[waiting], ['c:1']]);
    expect(auditPool(state)).toEqual([]);
  });

  test('lets another node claim a ticket, whose origin finishes nothing of it', async () => {
    const { store, node } = await begin('north:1');
    const other = speaker(store, 'south:1');
    const { results } = await other.register();
    expect(results).toMatchObject([{ type: 'alive', lives: [{ life: 'north:1' }, { life: 'south:1' }] }]);
    await node.commit({ transitions: [admit('t1')] });
    const reply = await other.commit({ claimBase: 'theirs', offers: [offer('south/a')] });
    expect(reply.claims).toMatchObject([{ claim: 'theirs:1', entry: { id: 't1', origin: 'north:1' } }]);
    expect((await node.commit({ transitions: [finish('theirs:1')] })).results).toEqual([{ type: 'stale' }]);
    expect((await other.commit({ transitions: [finish('theirs:1')] })).results).toEqual([{ type: 'done' }]);
  });

  test('keeps pools apart', async () => {
    const { store, node } = await begin();
    await node.commit({ transitions: [admit('t1')] });
    const light = speaker(store, 'north:1', 'light');
    await light.register();
    expect(claimedIds(await light.commit({ offers: [offer('north/l')] }))).toEqual([]);
  });

  test('shows what a pool holds', async () => {
    const { store, node } = await begin();
    const reply = await node.commit({
      claimBase: 'c',
      offers: [offer('north/a', { roomSequences: 1 })],
      transitions: [admit('t1'), admit('t2', { tenant: 'globex', priority: 'bulk', prefer: 'north/a' })],
    });
    const [t1, t2] = [
      placed(reply, 0, entry('t1'), node.life),
      placed(reply, 1, entry('t2', { tenant: 'globex', priority: 'bulk', prefer: 'north/a' }), node.life),
    ];
    const state = await store.inspect('heavy');
    expect(state).toMatchObject({ line: [t2], apart: [], gone: [], strays: [] });
    expect(state.claims).toEqual([{ claim: 'c:1', life: node.life, replica: 'north/a', kind: 'direct', entry: t1 }]);
    expect(state.lives).toMatchObject([{ life: node.life, rooms: "north's" }]);
    expect(state.lives[0]?.leaseEndMs).toBe(Math.floor(state.lives[0]?.leaseEndMs ?? 0));
    expect((state.lives[0]?.leaseEndMs ?? 0) - state.nowUs / 1_000).toBeLessThanOrEqual(LEASE_MS);
    expect(state.index).toEqual(new Map([[node.life, new Map([['t2', t2]])]]));
    expect(state.flows.bulk).toEqual(new Map([['globex', 0]]));
    expect(auditPool(state)).toEqual([]);
  });
});

test.each([
  ['a string', 'OK'],
  ['no list of claims', [[1]]],
  ['a result that is no number', [['x'], [], 0, 0, 0]],
])('an answer that is %s is refused by name', (_what, reply) => {
  const commit = { life: 'l', claimBase: 'c', policy, offers: [], transitions: [finish('c:1')] };
  expect(() => readReply(reply, commit)).toThrow('another program');
});

test('a Redis that is not there is named as the reason', async () => {
  const store = createRedisStore({ url: 'unix:///nowhere/redis.sock' });
  open.push(store);
  let cause: unknown;
  store.watch((link) => (cause = link.is === 'lost' ? link.cause : undefined));
  await until('the connection fails', () => cause !== undefined);
  expect(speaker(store, 'north:1').register()).rejects.toThrow('ENOENT');
});

test('a quarantine in Redis ends with its last entry, and loses who is free again', async () => {
  const store = await redisStore();
  const untilUnixMs = Date.now() + 50_000;
  const key = quarantineKeyOf('short');
  await store.condemn('short', [{ fingerprint: 'later', untilUnixMs }]);
  await store.condemn('short', [{ fingerprint: 'earlier', untilUnixMs: untilUnixMs - 40_000 }]);
  expect(await server.client.pexpiretime(key)).toBe(untilUnixMs);
  await server.client.zadd(key, Date.now() - 1, 'free');
  expect((await store.quarantined('short')).map((it) => it.fingerprint)).toEqual(['earlier', 'later']);
  await store.condemn('short', [{ fingerprint: 'latest', untilUnixMs: untilUnixMs + 1 }]);
  expect(await server.client.zrange(key, '0', '-1')).toEqual(['earlier', 'later', 'latest']);
  expect(await server.client.pexpiretime(key)).toBe(untilUnixMs + 1);
});

test('a pool of many pages is shown whole', async () => {
  const store = await redisStore();
  const node = speaker(store, 'north:1', 'long');
  await node.register();
  for (let at = 0; at < 2_500; at += 250) {
    await node.commit({ transitions: Array.from({ length: 250 }, (_, nth) => admit(`t${at + nth}`)) });
  }
  const state = await store.inspect('long');
  expect([state.line.length, state.index.get(node.life)?.size]).toEqual([2_500, 2_500]);
  expect(auditPool(state)).toEqual([]);
  await server.client.unlink(keyOf('long', 'line'));
  expect(auditPool(await store.inspect('long'))).toHaveLength(2_501);
});
