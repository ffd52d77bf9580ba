import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createMemoryStore } from './memory-store.ts';
import { quarantineKeyOf } from './redis-script.ts';
import { readReply } from './redis-reply.ts';
import { createRedisStore } from './redis-store.ts';
import { CLAIMS_PER_COMMIT_MAX, type Commit, type CommitReply, type Entry, type Offer, type Store } from './store.ts';
import { startRedis, type TestRedis } from './fixtures/redis-server.ts';
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

async function redisStore(nodeId: string): Promise<Store> {
  const store = createRedisStore({ unixSocketPath: server.socketPath }, nodeId);
  open.push(store);
  let isConnected = false;
  store.watch((link) => (isConnected = link.is === 'connected'));
  await until('the store is connected', () => isConnected);
  return store;
}

const entry = (id: string, differing: Partial<Entry> = {}): Entry => ({
  id,
  tenant: 'acme',
  priority: 'default',
  costTokens: 100,
  ...differing,
});
const admit = (id: string, differing: Partial<Entry> = {}) => ({ type: 'admit', entry: entry(id, differing) }) as const;
const room: Offer = { replica: 'a', roomTokens: 1_000, roomSequences: 9, idle: true, exceptIds: [] };

/** Sends commits of one life to one pool; refuses to go on without an answer. */
function speaker(store: Store, life = 'life') {
  let commits = 0;
  return (differing: Partial<Commit>): Promise<CommitReply> => {
    commits += 1;
    const usual = { life, claimBase: `c${commits}`, depthMax: 10, offers: [], transitions: [] };
    return store.commit('heavy', { ...usual, ...differing });
  };
}

const claimedIds = (reply: CommitReply): string[] =>
  reply.type === 'committed' ? reply.claims.map(({ id }) => id) : [];
const results = (reply: CommitReply): readonly unknown[] =>
  reply.type === 'committed' ? reply.results : ['superseded'];

let nodes = 0;
const stores: [string, () => Promise<Store>][] = [
  ['in memory', () => Promise.resolve(createMemoryStore())],
  ['in Redis', () => redisStore(`node${(nodes += 1)}`)],
];

describe.each(stores)('a store %s', (_where, create) => {
  test('keeps a quarantine as it was saved last, pool by pool, earliest end first', async () => {
    const store = await create();
    const inAnHour = Date.now() + 3_600_000;
    const entries = [2, 1, 1, 3].map((at, nth) => ({ fingerprint: `f${at}-${nth}`, untilUnixMs: inAnHour + at }));
    expect(await store.recallQuarantine('heavy')).toEqual([]);
    await store.saveQuarantine('heavy', entries);
    await store.saveQuarantine('light', entries.slice(0, 1));
    const names = (await store.recallQuarantine('heavy')).map((it) => it.fingerprint);
    expect(names).toEqual(['f1-1', 'f1-2', 'f2-0', 'f3-3']);
    expect(await store.recallQuarantine('light')).toEqual(entries.slice(0, 1));
    await store.saveQuarantine('heavy', []);
    expect(await store.recallQuarantine('heavy')).toEqual([]);
  });

  async function begin() {
    const commit = speaker(await create());
    await commit({ transitions: [{ type: 'reset' }] });
    return commit;
  }

  test('admits and claims in one commit', async () => {
    const commit = await begin();
    expect(await commit({ offers: [room], transitions: [admit('t1')] })).toEqual({
      type: 'committed',
      results: [{ type: 'admitted', order: 1 }],
      claims: [{ claim: 'c2:1', id: 't1', replica: 'a' }],
    });
  });

  test('says of a cancel, a finish and a return whether there was anything', async () => {
    const commit = await begin();
    await commit({ offers: [{ ...room, roomSequences: 1 }], transitions: [admit('t1'), admit('t2')] });
    const twice = [
      { type: 'cancel', id: 't2' },
      { type: 'cancel', id: 't2' },
      { type: 'finish', claim: 'c2:1' },
      { type: 'finish', claim: 'c2:1' },
      { type: 'give_back', claim: 'c2:1' },
    ] as const;
    const said = results(await commit({ transitions: twice }));
    expect(said).toEqual(['done', 'stale', 'done', 'stale', 'stale'].map((type) => ({ type })));
  });

  test('serves what was given back before those behind it', async () => {
    const commit = await begin();
    await commit({ offers: [{ ...room, roomSequences: 1 }], transitions: [admit('t1'), admit('t2')] });
    const reply = await commit({ offers: [room], transitions: [{ type: 'give_back', claim: 'c2:1' }] });
    expect(claimedIds(reply)).toEqual(['t1', 't2']);
  });

  test('gives a replica nothing it is excepted from, nor what stands behind that', async () => {
    const commit = await begin();
    const excepted = { ...room, exceptIds: ['other', 't1'] };
    const waits = await commit({ offers: [excepted], transitions: [admit('t1'), admit('t2')] });
    expect(claimedIds(waits)).toEqual([]);
    const reply = await commit({ offers: [excepted, { ...room, replica: 'b', roomTokens: 100 }] });
    expect(reply).toMatchObject({
      claims: [
        { id: 't1', replica: 'b' },
        { id: 't2', replica: 'a' },
      ],
    });
  });

  test('refuses what would make the line longer than its bound', async () => {
    const commit = await begin();
    const said = results(await commit({ depthMax: 2, transitions: [admit('t1'), admit('t2'), admit('t3')] }));
    expect(said[2]).toEqual({ type: 'refused', depth: 2 });
  });

  test('keeps names apart that hold separators, spaces and other scripts', async () => {
    const commit = await begin();
    const odd = ['plain', 'with\x1Fseparator', 'mit Leerzeichen', 'ключ', '{tag}:0'];
    await commit({ transitions: odd.map((id) => admit(id, { tenant: 'Ünïcode GmbH' })) });
    expect(claimedIds(await commit({ offers: [room] }))).toEqual(odd);
  });

  test('claims no more than its bound in one commit', async () => {
    const commit = await begin();
    const many = Array.from({ length: CLAIMS_PER_COMMIT_MAX + 1 }, (_, at) => admit(`t${at}`, { costTokens: 1 }));
    const offers = [{ ...room, roomSequences: 1_000 }];
    expect(claimedIds(await commit({ depthMax: 1_000, offers, transitions: many }))).toHaveLength(
      CLAIMS_PER_COMMIT_MAX,
    );
    expect(claimedIds(await commit({ offers }))).toEqual([`t${CLAIMS_PER_COMMIT_MAX}`]);
  });

  test('takes nothing from a life that another has followed', async () => {
    const store = await create();
    const [first, second] = [speaker(store, 'first'), speaker(store, 'second')];
    await first({ transitions: [{ type: 'reset' }, admit('t1')] });
    await second({ transitions: [{ type: 'reset' }] });
    expect(await first({ transitions: [admit('late')] })).toEqual({ type: 'superseded' });
    expect(claimedIds(await second({ offers: [room] }))).toEqual([]);
  });

  test('keeps pools apart', async () => {
    const store = await create();
    await speaker(store)({ transitions: [{ type: 'reset' }, admit('t1')] });
    const commit = {
      life: 'life',
      claimBase: 'c',
      depthMax: 1,
      offers: [room],
      transitions: [{ type: 'reset' } as const],
    };
    expect(claimedIds(await store.commit('light', commit))).toEqual([]);
  });
});

test('two nodes on one Redis do not see each other', async () => {
  const [one, other] = [speaker(await redisStore('one')), speaker(await redisStore('other'))];
  await one({ transitions: [{ type: 'reset' }, admit('t1')] });
  expect(claimedIds(await other({ offers: [room], transitions: [{ type: 'reset' }] }))).toEqual([]);
  expect(claimedIds(await one({ offers: [room] }))).toEqual(['t1']);
});

test.each([
  ['a string', 'OK'],
  ['no list of claims', [[1]]],
  ['a result that is no number', [['x'], []]],
])('an answer that is %s is refused by name', (_what, reply) => {
  expect(() => readReply(reply, [admit('t1')])).toThrow('another program');
});

test('a Redis that is not there is named as the reason', async () => {
  const store = createRedisStore({ url: 'unix:///nowhere/redis.sock' }, 'node');
  open.push(store);
  let cause: unknown;
  store.watch((link) => (cause = link.is === 'lost' ? link.cause : undefined));
  await until('the connection fails', () => cause !== undefined);
  expect(speaker(store)({})).rejects.toThrow('ENOENT');
});

test('a quarantine in Redis ends with its last entry', async () => {
  const store = await redisStore('short-lived');
  const untilUnixMs = Date.now() + 50_000;
  await store.saveQuarantine('heavy', [
    { fingerprint: 'later', untilUnixMs },
    { fingerprint: 'earlier', untilUnixMs: untilUnixMs - 40_000 },
  ]);
  expect(await server.client.pexpiretime(quarantineKeyOf('heavy', 'short-lived'))).toBe(untilUnixMs);
});
