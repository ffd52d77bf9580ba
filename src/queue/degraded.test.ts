import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts';
import { until } from '../../test/support/wait.ts';
import { granted, queueUnderTest, refusal, stays, ticket, type QueueUnderTest } from './fixtures/queue-under-test.ts';
import { createMemory, createMemoryStore } from './memory-store.ts';
import type { Store, StoreLink } from './store.ts';

const capacity = { kvTokens: 1_000, sequencesMax: 1 };

/** A shared store that goes away and comes back at the test's word, with its memory. */
function storeThatLeaves() {
  const memory = createMemory(() => Math.floor(clock.nowMs() * 1_000) + 1);
  const store = createMemoryStore(memory);
  let isAway = false;
  let tell: (link: StoreLink) => void = () => undefined;
  const ask = <Answer>(question: () => Promise<Answer>): Promise<Answer> =>
    isAway ? Promise.reject(new Error('ECONNREFUSED')) : question();
  const leaving: Store = {
    commit: (pool, commit) => ask(() => store.commit(pool, commit)),
    condemn: (pool, list) => ask(() => store.condemn(pool, list)),
    pardon: (pool, fingerprint) => ask(() => store.pardon(pool, fingerprint)),
    quarantined: (pool) => ask(() => store.quarantined(pool)),
    inspect: (pool) => ask(() => store.inspect(pool)),
    originOf: (pool, id) => ask(() => store.originOf(pool, id)),
    watch(listener) {
      tell = listener;
      if (!isAway) listener({ is: 'connected' });
    },
    close: () => Promise.resolve(),
  };
  return {
    store: leaving,
    shared: store,
    leave() {
      isAway = true;
      tell({ is: 'lost', cause: new Error('ECONNRESET') });
    },
    comeBack(isTold = true) {
      isAway = false;
      if (isTold) tell({ is: 'connected' });
    },
  };
}

let clock: FakeClock;
let redis: ReturnType<typeof storeThatLeaves>;
let under: QueueUnderTest;

beforeEach(async () => {
  clock = createFakeClock();
  redis = storeThatLeaves();
  under = queueUnderTest({ store: redis.store, clock, config: { onRedisDown: 'degraded' } });
  await until('the queue is up', () => under.queue.isConnected());
});
afterEach(() => under.queue.close());

async function shown(name: string): Promise<number | undefined> {
  const metric = await under.metrics.registry.getSingleMetric(`sswinfer_${name}`)?.get();
  return metric?.values.reduce((sum, { value }) => sum + value, 0);
}
const idsInLine = async () => (await redis.shared.inspect('heavy')).line.map(({ id }) => id);

describe('while Redis is away', () => {
  test('requests are served by the replicas of this node, and the grant says so', async () => {
    under.queue.openReplica('heavy-0', 'heavy', capacity);
    redis.leave();
    expect(under.queue.isConnected()).toBe(false);
    const grant = granted(await under.queue.acquire(ticket(), stays()));
    expect(grant).toMatchObject({ replica: 'heavy-0', degraded: true });
    expect([await shown('queue_degraded'), await shown('redis_up')]).toEqual([1, 0]);
    grant.finish('completed');
    granted(await under.queue.acquire(ticket(), stays())).finish('completed');
  });

  test('what was on its way to it is admitted afresh', async () => {
    under.queue.openReplica('heavy-0', 'heavy', capacity);
    const onItsWay = under.queue.acquire(ticket(), stays());
    redis.leave();
    granted(await onItsWay).finish('completed');
  });

  test('a node without replicas of the pool refuses', async () => {
    redis.leave();
    expect(refusal(await under.queue.acquire(ticket(), stays()))).toEqual({ reason: 'queue_unavailable' });
    under.queue.openReplica('heavy-0', 'heavy', capacity);
    granted(await under.queue.acquire(ticket(), stays())).finish('completed');
  });

  test('what waited goes on waiting and is served, in its order; what runs is not run again', async () => {
    under.queue.openReplica('heavy-0', 'heavy', capacity);
    const first = granted(await under.queue.acquire(ticket(), stays()));
    const served: string[] = [];
    const waits = ['second', 'third'].map(async (id) => {
      const grant = granted(await under.queue.acquire(ticket({ id }), stays()));
      served.push(id);
      grant.finish('completed');
    });
    await until('both wait', async () => (await idsInLine()).length === 2);
    redis.leave();
    await clock.advance(1_000);
    expect(under.queue.inFlight('heavy-0')).toBe(1);
    first.finish('completed');
    await Promise.all(waits);
    expect(served).toEqual(['second', 'third']);
  });
});

describe('when Redis is back', () => {
  test('it has all that waits, and nothing that ended meanwhile; what is granted then is not degraded', async () => {
    under.queue.openReplica('heavy-0', 'heavy', capacity);
    redis.leave();
    const running = granted(await under.queue.acquire(ticket(), stays()));
    const client = new AbortController();
    const leaves = under.queue.acquire(ticket({ id: 'leaves' }), client.signal);
    const stayed = under.queue.acquire(ticket({ id: 'stays' }), stays());
    await clock.advance(100);
    client.abort();
    await clock.advance(50);
    expect(refusal(await leaves)).toEqual({ reason: 'cancelled' });
    redis.comeBack();
    await until('the queue is up', () => under.queue.isConnected());
    await until('it waits there', async () => (await idsInLine()).join() === 'stays');
    expect(await shown('queue_degraded')).toBe(0);
    running.finish('completed');
    expect(granted(await stayed)).toMatchObject({ degraded: false });
  });

  test("bug: this host's clock, an hour ahead, has made no place in its line that is to come", async () => {
    under.queue.openReplica('heavy-0', 'heavy', capacity);
    await clock.advance(3_000);
    redis.leave();
    const running = granted(await under.queue.acquire(ticket(), stays()));
    const waits = under.queue.acquire(ticket({ id: 'waits' }), stays());
    await clock.advance(100);
    redis.comeBack();
    await until('it waits there', async () => (await idsInLine()).join() === 'waits');
    const { line, nowUs } = await redis.shared.inspect('heavy');
    expect(line.map(({ order }) => order <= nowUs)).toEqual([true]);
    running.finish('completed');
    granted(await waits).finish('completed');
  });

  test('it is noticed without being told', async () => {
    under.queue.openReplica('heavy-0', 'heavy', capacity);
    redis.leave();
    await clock.advance(1_000);
    expect(under.queue.isConnected()).toBe(false);
    redis.comeBack(false);
    await clock.advance(1_000);
    expect(under.queue.isConnected()).toBe(true);
  });
});
