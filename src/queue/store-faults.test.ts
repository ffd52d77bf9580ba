import { afterEach, beforeEach, expect, test } from 'bun:test';
import { auditPool } from './audit.ts';
import { openBlackHole } from './fixtures/black-hole.ts';
import { startCluster } from './fixtures/redis-cluster.ts';
import { startWatchedRedis } from './fixtures/redis-sentinel.ts';
import { startRedis, type TestRedis } from './fixtures/redis-server.ts';
import { admit, claimedIds, entry, finish, LEASE_MS, offer, placed, speaker } from './fixtures/speaker.ts';
import { keyOf } from './redis-script.ts';
import { createRedisStore, type RedisTarget } from './redis-store.ts';
import type { Store, StoreLink } from './store.ts';
import { until } from '../../test/support/wait.ts';

const ends: (() => Promise<void> | void)[] = [];
let server: TestRedis;
beforeEach(async () => {
  server = await startRedis();
  ends.push(() => server.remove());
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** Longest wait for an answer, and what a busy machine adds. */
const ANSWER_MS = 2_000 + 500;

interface Connected {
  readonly store: Store;
  /** All that it told of its connection. */
  readonly told: StoreLink['is'][];
  /** Waits until it has told of the `nth` connection. */
  readonly connected: (nth: number) => Promise<void>;
}

async function connect(target: RedisTarget = { unixSocketPath: server.socketPath }): Promise<Connected> {
  const store = createRedisStore(target);
  ends.push(() => store.close());
  const told: StoreLink['is'][] = [];
  store.watch(({ is }) => void told.push(is));
  const connected = (nth: number): Promise<void> =>
    until(`connection ${nth}`, () => told.filter((it) => it === 'connected').length >= nth);
  await connected(1);
  return { store, told, connected };
}

/** Two tickets, the first of which runs. */
async function begin(store: Store, life = 'north:1') {
  const node = speaker(store, life);
  await node.register();
  const offers = [offer('north/a', { roomSequences: 1 })];
  const reply = await node.commit({ claimBase: 'c', offers, transitions: [admit('t1'), admit('t2')] });
  return { node, reply };
}

/** A life that restores what `begin` made, and finds all well. */
async function resume(store: Store, { reply }: Awaited<ReturnType<typeof begin>>, life = 'north:2'): Promise<void> {
  const next = speaker(store, life);
  await next.register();
  const [running, waiting] = [placed(reply, 0, entry('t1'), life), placed(reply, 1, entry('t2'), life)];
  await next.commit({
    transitions: [
      { type: 'restore_claim', claim: 'c:1', replica: 'north/a', kind: 'direct', entry: running },
      { type: 'restore_ticket', entry: waiting, alone: false },
      { type: 'beat', leaseMs: LEASE_MS, rooms: '' },
    ],
  });
  const state = await store.inspect('heavy');
  expect([state.line.map(({ id }) => id), state.claims.map(({ claim }) => claim)]).toEqual([['t2'], ['c:1']]);
  expect(auditPool(state)).toEqual([]);
  const last = await next.commit({ offers: [offer('north/a')], transitions: [finish('c:1')] });
  expect([last.results, claimedIds(last)]).toEqual([[{ type: 'done' }], ['t2']]);
}

async function rejectsInTime(attempt: Promise<unknown>): Promise<string> {
  const startedMs = performance.now();
  const cause = await attempt.then(
    () => new Error('it was answered'),
    (error: unknown) => error,
  );
  expect(performance.now() - startedMs).toBeLessThan(ANSWER_MS);
  return String(cause);
}

test('a Redis that is killed rejects at once; what was acknowledged is there after its restart', async () => {
  const { store, told, connected } = await connect();
  const begun = await begin(store);
  await until('the log is on disk', async () =>
    /aof_pending_bio_fsync:0/.test(await server.client.info('persistence')),
  );
  await server.kill();
  expect(await rejectsInTime(begun.node.commit({}))).toContain('Redis did not take a commit of pool heavy');
  await until('the loss is told', () => told.includes('lost'));
  await until('the reason is told', async () => /ECONNREFUSED|ENOENT/.test(await rejectsInTime(begun.node.commit({}))));
  await server.start();
  await connected(2);
  expect((await begun.node.commit({ transitions: [{ type: 'look', id: 't2' }] })).results).toEqual([
    { type: 'ahead', tickets: 0 },
  ]);
  await resume(store, begun);
});

test('a Redis that comes back empty takes nothing but a new life', async () => {
  const { store } = await connect();
  const begun = await begin(store);
  await server.client.flushall();
  expect(await begun.node.tryCommit({ transitions: [admit('t3')] })).toEqual({ type: 'superseded' });
  await resume(store, begun);
});

test('a server that has forgotten the functions is given them again', async () => {
  const { store } = await connect();
  const begun = await begin(store);
  await server.client.function('FLUSH');
  await resume(store, begun);
});

test('a connection that is killed is lost and comes back', async () => {
  const { store, told, connected } = await connect();
  const begun = await begin(store);
  await server.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  await connected(2);
  expect(told.slice(0, 3)).toEqual(['connected', 'lost', 'connected']);
  await resume(store, begun);
});

test('a paused Redis is given up in time, and what it does late changes nothing of the next life', async () => {
  const { store, connected } = await connect();
  const begun = await begin(store);
  await server.client.client('PAUSE', 3_000, 'ALL');
  const abandoned = begun.node.commit({ claimBase: 'late', offers: [offer('north/a')], transitions: [admit('t3')] });
  expect(await rejectsInTime(abandoned)).toContain('Command timed out');
  await connected(2);
  await resume(store, begun);
}, 15_000);

test('a cut cable is given up in time; what got through and was not answered is settled by the next life', async () => {
  const hole = await openBlackHole(server.socketPath);
  ends.push(() => hole.close());
  const { store, connected } = await connect({ url: hole.url });
  const begun = await begin(store);
  hole.deafen(); // Redis hears, and nobody hears Redis
  expect(await rejectsInTime(begun.node.commit({ transitions: [admit('t3')] }))).toContain('Command timed out');
  hole.swallow();
  hole.pass();
  await connected(2);
  await resume(store, begun);
}, 15_000);

test('a connection that swallows everything is given up in time and replaced', async () => {
  const hole = await openBlackHole(server.socketPath);
  ends.push(() => hole.close());
  const { store, connected } = await connect({ url: hole.url });
  const begun = await begin(store);
  hole.swallow();
  expect(await rejectsInTime(begun.node.commit({}))).toContain('Command timed out');
  hole.pass();
  await connected(2);
  await resume(store, begun);
}, 15_000);

test('a password that is wrong is told, and no password is', async () => {
  await server.client.config('SET', 'requirepass', 'a right one');
  const store = createRedisStore({ url: `unix://${server.socketPath}`, password: 'a wrong one' });
  ends.push(() => store.close());
  const causes: unknown[] = [];
  store.watch((link) => link.is === 'lost' && causes.push(link.cause));
  await until('the loss is told', () => causes.length > 0);
  const said = [...causes.map((it) => Bun.inspect(it)), await rejectsInTime(store.inspect('heavy'))].join('\n');
  expect(said).toContain('WRONGPASS');
  expect(said).not.toContain('a wrong one');
});

test('a master that dies is followed by another, behind Sentinel', async () => {
  const watched = await startWatchedRedis();
  ends.push(() => watched.remove());
  const { sentinel, name, master, replica } = watched;
  const { store, connected } = await connect({ sentinels: [sentinel], name, database: 0, login: { tls: false } });
  const begun = await begin(store);
  await master.kill();
  expect(await rejectsInTime(begun.node.commit({}))).toContain('Redis did not take a commit');
  await watched.promoted();
  await connected(2);
  await resume(store, begun);
  expect(await replica.client.exists(keyOf('heavy', 'nodes'))).toBe(1);
}, 40_000);

test('a server that has become a replica is left, and asked again until it is a master', async () => {
  const { store, told, connected } = await connect();
  const begun = await begin(store);
  await server.client.replicaof('127.0.0.1', 1);
  expect(await rejectsInTime(begun.node.commit({ transitions: [admit('t3')] }))).toContain('READONLY');
  await until('the loss is told', () => told.includes('lost'));
  await server.client.replicaof('NO', 'ONE');
  await connected(2);
  await resume(store, begun);
});

test('a Cluster is given the functions wherever a pool’s keys are, and shows the pool', async () => {
  const cluster = await startCluster(3);
  ends.push(() => cluster.remove());
  const { store } = await connect({ cluster: cluster.nodes.slice(0, 1), login: { tls: false } });
  const pools = ['heavy', 'light', 'small', 'large', 'code', 'embeddings'];
  for (const pool of pools) {
    const node = speaker(store, 'north:1', pool);
    await node.register();
    for (const { client } of cluster.servers) await client.function('FLUSH');
    await node.commit({ transitions: [admit('t1')] });
    expect(claimedIds(await node.commit({ offers: [offer('north/a')] }))).toEqual(['t1']);
    const state = await store.inspect(pool);
    expect([state.claims.length, auditPool(state)]).toEqual([1, []]);
    await store.condemn(pool, [{ fingerprint: 'f', untilUnixMs: Date.now() + 60_000 }]);
    expect(await store.quarantined(pool)).toHaveLength(1);
  }
  const used = await Promise.all(cluster.servers.map(({ client }) => client.dbsize()));
  expect(used.filter((keys) => keys > 0).length).toBeGreaterThan(1);
}, 40_000);

test('a node of a Cluster that dies rejects its pools; they go on when it is back', async () => {
  const cluster = await startCluster(3);
  ends.push(() => cluster.remove());
  const { store, told } = await connect({ cluster: cluster.nodes, login: { tls: false } });
  const begun = await begin(store);
  const owners = await Promise.all(cluster.servers.map(({ client }) => client.dbsize()));
  const owner = cluster.servers[owners.findIndex((keys) => keys > 0)];
  await owner?.kill();
  expect(await rejectsInTime(begun.node.commit({}))).toContain('Redis did not take a commit');
  await until('the loss is told', () => told.includes('lost'));
  await owner?.start();
  const probe = async (): Promise<boolean> =>
    store.quarantined('heavy').then(
      () => true,
      () => false,
    );
  await until('the pool is answered for', probe);
  await resume(store, begun);
}, 40_000);
