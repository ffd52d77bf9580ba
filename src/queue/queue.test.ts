import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { memoryStore } from './fixtures/memory.ts';
import { PAUSE_MS } from './pool/pause.ts';
import type { Store, StoreLink } from './store.ts';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts';
import type { Queue } from './queue.ts';
import type { Refusal, Ticket } from './ticket.ts';
import {
  granted,
  queueUnderTest,
  refusal,
  STARTED_UNIX_MS,
  stays,
  ticket,
  type QueueUnderTest,
} from './fixtures/queue-under-test.ts';
import { until } from '../../test/support/wait.ts';

const capacity = { kvTokens: 1_000, sequencesMax: 1 };
let clock: FakeClock;
let under: QueueUnderTest;

beforeEach(async () => {
  clock = createFakeClock();
  under = queueUnderTest({ store: memoryStore(), clock, config: { maxDepth: 2 } });
  await until('the queue is up', async () => (await shown('redis_up')) === 1);
});
afterEach(() => under.queue.close());

/** The value of one series. */
async function shown(name: string): Promise<number | undefined> {
  await new Promise((resolve) => setImmediate(resolve)); // a turn's changes are written at its end
  const metric = await under.metrics.registry.getSingleMetric(`sswinfer_${name}`)?.get();
  return metric?.values.reduce((sum, { value }) => sum + value, 0);
}

const waiting = async (): Promise<number> => (await under.queue.depths())[0]?.waiting ?? 0;
const inLine = (count: number): Promise<void> => until(`${count} wait`, async () => (await waiting()) === count);

describe('acquire', () => {
  test('grants an idle replica, and the grant sends there', async () => {
    under.queue.openReplica('heavy-0', 'heavy', capacity);
    const asked = ticket();
    const grant = granted(await under.queue.acquire(asked, stays()));
    expect(grant).toMatchObject({ ticket: asked, replica: 'heavy-0', attempt: 1, waitedMs: 0 });
    await grant.send({ path: '/v1/completions', body: '{}', headers: {}, signal: stays() });
    expect(under.sent).toMatchObject([{ replica: 'heavy-0', request: { path: '/v1/completions' } }]);
    expect(under.queue.inFlight('heavy-0')).toBe(1);
  });

  test('waits while all is taken, and is granted when room is made', async () => {
    under.queue.openReplica('heavy-0', 'heavy', capacity);
    const first = granted(await under.queue.acquire(ticket(), stays()));
    const second = under.queue.acquire(ticket(), stays());
    await inLine(1);
    await clock.advance(250);
    first.finish('completed');
    expect(granted(await second)).toMatchObject({ replica: 'heavy-0', waitedMs: 250 });
  });

  test('of a pool nobody has heard of is refused', async () => {
    expect(refusal(await under.queue.acquire(ticket({ pool: 'unheard' }), stays()))).toEqual({ reason: 'no_replica' });
  });

  test('of a pool that became known by its first replica is granted', async () => {
    under.queue.openReplica('late-0', 'late', capacity);
    await until('the new pool is up', async () => (await shown('redis_up')) === 1);
    expect(granted(await under.queue.acquire(ticket({ pool: 'late' }), stays())).replica).toBe('late-0');
  });

  test('for longer than the ticket allows is refused with the time', async () => {
    const answer = under.queue.acquire(ticket({ maxWaitMs: 3_000 }), stays());
    await inLine(1);
    await clock.advance(3_000);
    expect(refusal(await answer)).toEqual({ reason: 'queue_timeout', waitedMs: 3_000 });
    expect(await waiting()).toBe(0);
  });

  test('into a full line is refused with its length', async () => {
    void under.queue.acquire(ticket(), stays());
    void under.queue.acquire(ticket(), stays());
    await inLine(2);
    expect(refusal(await under.queue.acquire(ticket(), stays()))).toEqual({
      reason: 'server_overloaded',
      depth: 2,
      retryAfterMs: 5_000,
    });
  });

  test('by a client that leaves is cancelled, and its place is free', async () => {
    const client = new AbortController();
    const answer = under.queue.acquire(ticket(), client.signal);
    await inLine(1);
    client.abort();
    await clock.advance(50); // looked for now and then
    expect(refusal(await answer)).toEqual({ reason: 'cancelled' });
    expect(await waiting()).toBe(0);
  });

  test('by a client that has left already is cancelled at once', async () => {
    expect(refusal(await under.queue.acquire(ticket(), AbortSignal.abort()))).toEqual({ reason: 'cancelled' });
  });

  test('of an id that waits or runs already is a mistake of the caller, and disturbs nobody', async () => {
    const same = ticket();
    const error = `Error: ticket ${same.id} is held already; each needs an id of its own`;
    const errorOf = (): Promise<unknown> => under.queue.acquire(same, stays()).catch(String);
    const waits = under.queue.acquire(same, stays());
    expect(await errorOf()).toBe(error);
    under.queue.openReplica('heavy-0', 'heavy', capacity);
    const grant = granted(await waits);
    expect(await errorOf()).toBe(error);
    grant.finish('completed');
    expect(granted(await under.queue.acquire(ticket(), stays())).replica).toBe('heavy-0');
  });
});

describe('a grant', () => {
  test('given back is granted again, elsewhere if its replica has closed, and counts the attempt', async () => {
    under.queue.openReplica('heavy-0', 'heavy', capacity);
    const grant = granted(await under.queue.acquire(ticket(), stays()));
    const closed = under.queue.closeReplica('heavy-0');
    under.queue.openReplica('heavy-1', 'heavy', capacity);
    const again = granted(await grant.giveBack('engine_died'));
    expect(again).toMatchObject({ replica: 'heavy-1', attempt: 2 });
    expect(again.claim).not.toBe(grant.claim);
    await closed;
  });

  test('given back by a client that has left is cancelled and frees its room', async () => {
    under.queue.openReplica('heavy-0', 'heavy', capacity);
    const client = new AbortController();
    const grant = granted(await under.queue.acquire(ticket(), client.signal));
    client.abort();
    expect(refusal(await grant.giveBack('engine_died'))).toEqual({ reason: 'cancelled' });
    expect(under.queue.inFlight('heavy-0')).toBe(0);
  });

  test('ends once: what comes after changes nothing', async () => {
    under.queue.openReplica('heavy-0', 'heavy', { kvTokens: 1_000, sequencesMax: 2 });
    const grant = granted(await under.queue.acquire(ticket(), stays()));
    const other = granted(await under.queue.acquire(ticket(), stays()));
    grant.finish('completed');
    grant.finish('completed');
    expect(refusal(await grant.giveBack('engine_died'))).toEqual({ reason: 'cancelled' });
    expect(under.queue.inFlight('heavy-0')).toBe(1);
    other.finish('completed');
  });
});

describe('a dead engine that answers at once', () => {
  const large = { kvTokens: 9_000, sequencesMax: 9 };

  test('is no black hole for its pool: what it loses runs on its sibling, and so does what comes', async () => {
    under.queue.openReplica('heavy-0', 'heavy', large);
    under.queue.openReplica('heavy-1', 'heavy', { kvTokens: 1_000, sequencesMax: 9 });
    const grant = granted(await under.queue.acquire(ticket(), stays()));
    expect(grant.replica).toBe('heavy-0');
    expect(granted(await grant.giveBack('engine_died'))).toMatchObject({ replica: 'heavy-1', attempt: 2 });
    expect(granted(await under.queue.acquire(ticket(), stays())).replica).toBe('heavy-1');
  });

  test('gets no work after an execution that ended as its failure, even if its client had left', async () => {
    under.queue.openReplica('heavy-0', 'heavy', large);
    const client = new AbortController();
    const grant = granted(await under.queue.acquire(ticket(), client.signal));
    client.abort();
    await grant.giveBack('engine_died');
    under.queue.openReplica('heavy-1', 'heavy', large);
    granted(await under.queue.acquire(ticket(), stays())).finish('engine_died');
    const waits = under.queue.acquire(ticket(), stays());
    await inLine(1);
    under.queue.openReplica('heavy-2', 'heavy', capacity);
    expect(granted(await waits).replica).toBe('heavy-2');
  });

  test('is tried again after a pause where it is the only one; the time it ran is no time in line', async () => {
    under.queue.openReplica('heavy-0', 'heavy', large);
    const grant = granted(await under.queue.acquire(ticket(), stays()));
    await clock.advance(40_000);
    const again = grant.giveBack('engine_died');
    await inLine(1);
    await clock.advance(PAUSE_MS - 1);
    expect(await waiting()).toBe(1);
    await clock.advance(1);
    expect(granted(await again)).toMatchObject({ replica: 'heavy-0', attempt: 2, waitedMs: PAUSE_MS });
  });

  test('leaves no timer behind when the queue closes', async () => {
    under.queue.openReplica('heavy-0', 'heavy', large);
    granted(await under.queue.acquire(ticket(), stays())).finish('engine_died');
    await under.queue.close();
    expect(clock.nextInMs()).toBeUndefined();
  });
});

describe('what an execution tells of its engine', () => {
  const roomy = { kvTokens: 9_000, sequencesMax: 9 };
  const ends = [
    ['completed', 'answered'],
    ['engine_declined', 'declined'],
    ['engine_error', 'server_error'],
    ['engine_died', 'reset'],
    ['engine_unreached', 'reset'],
    ['engine_aborted', 'aborted'],
  ] as const;

  test.each(ends)('%s: %s', async (outcome, passive) => {
    under.queue.openReplica('heavy-0', 'heavy', roomy);
    const grant = granted(await under.queue.acquire(ticket(), stays()));
    grant.finish(outcome);
    grant.finish(outcome);
    expect(under.heard).toEqual([{ replica: 'heavy-0', passive }]);
  });

  test('while its answer comes: that it flows, once a second, and no more when it has ended', async () => {
    under.queue.openReplica('heavy-0', 'heavy', roomy);
    const grant = granted(await under.queue.acquire(ticket(), stays()));
    for (let at = 0; at < 30; at += 1) {
      grant.received();
      await clock.advance(100);
    }
    grant.finish('client_gone');
    await clock.advance(1000);
    grant.received();
    expect(under.heard.map(({ passive }) => passive)).toEqual(['flowing', 'flowing', 'flowing']);
  });

  test('a client that left: nothing', async () => {
    under.queue.openReplica('heavy-0', 'heavy', roomy);
    granted(await under.queue.acquire(ticket(), stays())).finish('client_gone');
    expect(under.heard).toEqual([]);
  });

  test('given back: the same, once', async () => {
    under.queue.openReplica('heavy-0', 'heavy', roomy);
    const grant = granted(await under.queue.acquire(ticket(), stays()));
    void grant.giveBack('engine_aborted');
    grant.finish('completed');
    const client = new AbortController();
    under.queue.openReplica('heavy-1', 'heavy', roomy);
    const other = granted(await under.queue.acquire(ticket({ priority: 'interactive' }), client.signal));
    client.abort();
    await other.giveBack('engine_error');
    expect(under.heard).toEqual([
      { replica: 'heavy-0', passive: 'aborted' },
      { replica: other.replica, passive: 'server_error' },
    ]);
  });
});

/** Runs a ticket into three deaths of `heavy-0`, the last one alone. */
async function kill(queue: Queue, deadly: Ticket): Promise<Refusal> {
  let admission = await queue.acquire(deadly, stays());
  for (let deaths = 0; deaths < 3; deaths += 1) {
    const answer = granted(admission).giveBack('engine_died');
    void queue.closeReplica('heavy-0');
    queue.openReplica('heavy-0', 'heavy', capacity);
    admission = await answer;
  }
  return refusal(admission);
}

describe('a request that kills its engine', () => {
  const untilUnixMs = STARTED_UNIX_MS + 3_600_000;
  const quarantined = { reason: 'quarantined', fingerprint: 'deadly', untilUnixMs } as const;
  const deadly = () => ticket({ fingerprint: () => 'deadly' });

  test('is quarantined, listed, refused at once, and let go', async () => {
    under.queue.openReplica('heavy-0', 'heavy', capacity);
    expect(await kill(under.queue, deadly())).toEqual(quarantined);
    expect(await under.queue.quarantined()).toEqual([{ pool: 'heavy', fingerprint: 'deadly', untilUnixMs }]);
    expect(refusal(await under.queue.acquire(deadly(), stays()))).toEqual(quarantined);
    expect([await shown('suspects_total'), await shown('quarantined_total')]).toEqual([1, 1]);
    expect(await under.queue.release('another')).toBe(0);
    expect(await under.queue.release('deadly')).toBe(1);
    expect(await under.queue.quarantined()).toEqual([]);
    granted(await under.queue.acquire(deadly(), stays())).finish('completed');
  });

  test('is let go after an hour', async () => {
    under.queue.openReplica('heavy-0', 'heavy', capacity);
    await kill(under.queue, deadly());
    await clock.advance(3_600_000);
    expect(await under.queue.quarantined()).toEqual([]);
    granted(await under.queue.acquire(deadly(), stays())).finish('completed');
  });

  test('is let go with all others', async () => {
    under.queue.openReplica('heavy-0', 'heavy', capacity);
    await kill(under.queue, deadly());
    await kill(under.queue, ticket());
    expect(await under.queue.release('all')).toBe(2);
  });
});

describe('a quarantine and its store', () => {
  test('it is saved again until the store takes it', async () => {
    const memory = memoryStore();
    let failures = 2;
    const store: Store = {
      ...memory,
      condemn(pool, list) {
        failures -= 1;
        return failures < 0 ? memory.condemn(pool, list) : Promise.reject(new Error('not now'));
      },
    };
    const own = queueUnderTest({ store, clock });
    own.queue.openReplica('heavy-0', 'heavy', capacity);
    await until('the queue is up', () => own.queue.isConnected());
    await kill(own.queue, ticket({ fingerprint: () => 'deadly' }));
    await clock.advance(3_000);
    expect(await memory.quarantined('heavy')).toMatchObject([{ fingerprint: 'deadly' }]);
    await own.queue.close();
  });

  test('it is written again to a store that has lost its memory', async () => {
    const stores = [memoryStore(), memoryStore()] as const;
    let store = stores[0];
    let link: (link: StoreLink) => void = () => undefined;
    const own = queueUnderTest({
      clock,
      store: {
        commit: (pool, commit) => store.commit(pool, commit),
        condemn: (pool, list) => store.condemn(pool, list),
        pardon: (pool, fingerprint) => store.pardon(pool, fingerprint),
        quarantined: (pool) => store.quarantined(pool),
        inspect: (pool) => store.inspect(pool),
        originOf: (pool, id) => store.originOf(pool, id),
        watch: (listener) => store.watch((link = listener)),
        close: () => store.close(),
      },
    });
    own.queue.openReplica('heavy-0', 'heavy', capacity);
    await until('the queue is up', () => own.queue.isConnected());
    await kill(own.queue, ticket({ fingerprint: () => 'deadly' }));
    await until('it is saved', async () => (await store.quarantined('heavy')).length === 1);
    link({ is: 'lost', cause: 'test' });
    store = stores[1];
    link({ is: 'connected' });
    await until('it is saved again', async () => (await store.quarantined('heavy')).length === 1);
    await own.queue.close();
  });

  test('what was saved by an earlier life is refused by the next, and let go for good', async () => {
    const store = memoryStore();
    await store.condemn('heavy', [{ fingerprint: 'deadly', untilUnixMs: STARTED_UNIX_MS + 60_000 }]);
    const own = queueUnderTest({ store, clock });
    await until('it is remembered', async () => (await own.queue.quarantined()).length === 1);
    const answer = await own.queue.acquire(ticket({ fingerprint: () => 'deadly' }), stays());
    expect(refusal(answer)).toMatchObject({ reason: 'quarantined' });
    expect(await own.queue.release('all')).toBe(1);
    await until('the store has let it go', async () => (await store.quarantined('heavy')).length === 0);
    await own.queue.close();
  });
});

describe('a replica', () => {
  test('closes when the last of its grants has ended', async () => {
    under.queue.openReplica('heavy-0', 'heavy', capacity);
    const grant = granted(await under.queue.acquire(ticket(), stays()));
    let closed = false;
    const closing = under.queue.closeReplica('heavy-0').then(() => (closed = true));
    await Bun.sleep(0);
    expect(closed).toBe(false);
    grant.finish('completed');
    await closing;
  });

  test('nobody knows closes at once', async () => {
    await under.queue.closeReplica('unknown');
    expect(under.queue.inFlight('unknown')).toBe(0);
  });

  test('that moves to another pool serves no more in the old one', async () => {
    under.queue.openReplica('heavy-0', 'heavy', capacity);
    under.queue.openReplica('heavy-0', 'light', capacity);
    void under.queue.acquire(ticket(), stays());
    await inLine(1);
    await until('the new pool is up', async () => (await shown('redis_up')) === 1);
    expect(granted(await under.queue.acquire(ticket({ pool: 'light' }), stays())).replica).toBe('heavy-0');
    expect(await waiting()).toBe(1);
  });
});

describe('the end', () => {
  test('draining refuses what waits and what comes, and leaves what runs', async () => {
    under.queue.openReplica('heavy-0', 'heavy', capacity);
    const grant = granted(await under.queue.acquire(ticket(), stays()));
    const waits = under.queue.acquire(ticket(), stays());
    await inLine(1);
    under.queue.drain();
    expect(refusal(await waits)).toEqual({ reason: 'draining' });
    expect(refusal(await under.queue.acquire(ticket(), stays()))).toEqual({ reason: 'draining' });
    expect(under.queue.inFlight('heavy-0')).toBe(1);
    grant.finish('completed');
  });

  test('a node without others has no timer but its pulse, unless somebody waits', async () => {
    under.queue.openReplica('heavy-0', 'heavy', capacity);
    await clock.advance(5_000);
    expect(clock.nextInMs()).toBe(1_000);
    const grant = granted(await under.queue.acquire(ticket(), stays()));
    const waits = under.queue.acquire(ticket(), stays());
    await inLine(1);
    grant.finish('completed');
    await waits;
    await clock.advance(5_000);
    expect(clock.nextInMs()).toBe(1_000);
  });

  test('closing leaves no timer behind', async () => {
    void under.queue.acquire(ticket(), stays());
    await inLine(1);
    await under.queue.close();
    expect(clock.nextInMs()).toBeUndefined();
  });
});

describe('a connection that is lost', () => {
  test('is over for good: what is heard of it later does not count against the next', async () => {
    const { store, next, tell } = storeByHand();
    const { queue } = queueUnderTest({ store, clock });
    tell({ is: 'connected' });
    const first = await next();
    tell({ is: 'lost', cause: 'test' });
    tell({ is: 'connected' });
    const second = await next();
    first.lose();
    await Bun.sleep(0);
    second.answer();
    (await next()).answer(); // the claim that follows a restoration
    const patient = queue.acquire(ticket(), stays());
    (await next()).answer();
    queue.openReplica('heavy-0', 'heavy', capacity);
    (await next()).answer();
    expect(granted(await patient).replica).toBe('heavy-0');
    tell({ is: 'lost', cause: 'test' });
    await queue.close();
  });

  test('leaves no timer behind when the queue closes', async () => {
    const { store, tell } = storeByHand();
    const ownClock = createFakeClock();
    const { queue } = queueUnderTest({ store, clock: ownClock });
    tell({ is: 'lost', cause: 'test' });
    expect(ownClock.nextInMs()).toBe(500); // the next try
    await queue.close();
    expect(ownClock.nextInMs()).toBeUndefined();
  });
});

test('the series follow a ticket from line to grant to end', async () => {
  const answer = under.queue.acquire(ticket({ priority: 'bulk' }), stays());
  await inLine(1);
  expect(await shown('queue_depth')).toBe(1);
  await clock.advance(1_000);
  expect(await shown('queue_oldest_seconds')).toBe(1);
  under.queue.openReplica('heavy-0', 'heavy', capacity);
  const grant = granted(await answer);
  expect(await shown('queue_depth')).toBe(0);
  expect(await shown('inflight')).toBe(1);
  grant.finish('completed');
  expect(await shown('inflight')).toBe(0);
});

/** A store whose connection and answers are in the test's hands. */
function storeByHand() {
  const memory = memoryStore();
  const commits: { readonly answer: () => void; readonly lose: () => void }[] = [];
  const listeners: ((link: StoreLink) => void)[] = [];
  const store: Store = {
    commit: (pool, commit) =>
      new Promise((resolve, reject) => {
        const answer = (): void => resolve(memory.commit(pool, commit));
        commits.push({ answer, lose: () => reject(new Error('connection lost')) });
      }),
    condemn: (pool, list) => memory.condemn(pool, list),
    pardon: (pool, fingerprint) => memory.pardon(pool, fingerprint),
    quarantined: (pool) => memory.quarantined(pool),
    inspect: (pool) => memory.inspect(pool),
    originOf: (pool, id) => memory.originOf(pool, id),
    watch: (listener) => void listeners.push(listener),
    close: () => memory.close(),
  };
  /** The next commit the queue sends. */
  const next = async () => {
    await until('a commit is sent', () => commits.length > 0);
    return commits.shift() ?? { answer: () => undefined, lose: () => undefined };
  };
  const tell = (link: StoreLink): void => {
    for (const listener of listeners) listener(link);
  };
  return { store, next, tell };
}
