import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts';
import { until } from '../../test/support/wait.ts';
import { granted, queueUnderTest, refusal, stays, ticket, type QueueUnderTest } from './fixtures/queue-under-test.ts';
import { NO_LIMITS } from './fixtures/tickets.ts';
import { createMemory, createMemoryStore, type Memory } from './memory-store.ts';
import type { Outgoing, Reply, Send } from './outgoing.ts';
import { createMemoryWires, type MemoryWires } from './relay/index.ts';
import type { Store } from './store.ts';
import type { Admission } from './ticket.ts';

const capacity = { kvTokens: 1_000, sequencesMax: 2 };
const decoder = new TextDecoder();
let clock: FakeClock;
let memory: Memory;
let wires: MemoryWires;
let here: QueueUnderTest;
let there: QueueUnderTest;

/** An engine that says its name and the request's body. */
const echo: Send = (replica, { body }) => {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    await Promise.resolve();
    yield new TextEncoder().encode(`${replica}: ${typeof body === 'string' ? body : decoder.decode(body)}`);
  }
  return Promise.resolve({ ok: true, status: 200, headers: {}, body: bytes() });
};

/** An engine whose answer begins and does not end. */
const endless: Send = () => {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode('a beginning');
    await new Promise(() => undefined);
  }
  return Promise.resolve({ ok: true, status: 200, headers: {}, body: bytes() });
};

function host(nodeName: string, send = echo, store: Store = createMemoryStore(memory)): QueueUnderTest {
  return queueUnderTest({ store, clock, nodeName, wire: wires.open(nodeName), send });
}

beforeEach(async () => {
  clock = createFakeClock();
  memory = createMemory(
    () => Math.floor(clock.nowMs() * 1_000) + 1,
    (pool) => wires.ring(pool),
  );
  wires = createMemoryWires(clock);
  [here, there] = [host('here'), host('there')];
  await passes(4_000); // each has heard of the other
});
afterEach(() => Promise.all([here.queue.close(), there.queue.close()]));

/** Time goes on in steps, so that messages and answers to them arrive. */
async function passes(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 50) await clock.advance(50);
}

async function answered(admission: Promise<Admission>): Promise<Admission> {
  let answer: Admission | undefined;
  void admission.then((it) => (answer = it));
  await until('an admission', async () => {
    await clock.advance(50);
    return answer !== undefined;
  });
  return admission;
}

async function textOf(reply: Promise<Reply>): Promise<string> {
  let text: string | undefined;
  void reply.then(async (it) => {
    let read = '';
    if (it.ok) for await (const chunk of it.body) read += decoder.decode(chunk);
    text = read;
  });
  await until('an answer', async () => {
    await clock.advance(50);
    return text !== undefined;
  });
  return text ?? '';
}

const request = (body: string): Outgoing => ({ path: '/v1/completions', body, headers: {}, signal: stays() });
const linesOf = async () => (await here.queue.inspect('heavy')).line.length;
const claimsOf = async () => (await here.queue.inspect('heavy')).claims.length;

describe('a request of a node without replicas', () => {
  test('runs on the other node, and its answer comes here', async () => {
    there.queue.openReplica('heavy-0', 'heavy', capacity);
    const grant = granted(await answered(here.queue.acquire(ticket(), stays())));
    expect(grant).toMatchObject({ replica: 'heavy-0', attempt: 1, degraded: false });
    expect(there.queue.inFlight('heavy-0')).toBe(1);
    expect(await textOf(grant.send(request('hello')))).toBe('heavy-0: hello');
    grant.finish('completed', { prompt: 5, completion: 5, cached: 0 });
    await passes(1_000);
    expect(there.queue.inFlight('heavy-0')).toBe(0);
    expect(await claimsOf()).toBe(0);
    expect(there.heard).toContainEqual({ replica: 'heavy-0', passive: 'answered' });
  });

  test('costs its tenant what it used, as one at home', async () => {
    there.queue.openReplica('heavy-0', 'heavy', capacity);
    const limits = { ...NO_LIMITS, tokensPerMinute: 10_000 };
    const first = granted(await answered(here.queue.acquire(ticket({ limits, costTokens: 900 }), stays())));
    expect(first.rate?.tokens?.remaining).toBe(9_100);
    first.finish('completed', { prompt: 10, completion: 10, cached: 0 });
    await passes(1_000);
    const second = granted(await answered(here.queue.acquire(ticket({ limits, costTokens: 900 }), stays())));
    expect(second.rate?.tokens?.remaining).toBeGreaterThan(9_900);
    second.finish('completed');
  });

  test('given back runs again, in its turn', async () => {
    there.queue.openReplica('heavy-0', 'heavy', capacity);
    there.queue.openReplica('heavy-1', 'heavy', capacity);
    const grant = granted(await answered(here.queue.acquire(ticket(), stays())));
    const again = granted(await answered(grant.giveBack('engine_died')));
    expect(again.attempt).toBe(2);
    expect(again.replica).not.toBe(grant.replica);
    again.finish('completed');
    await passes(1_000);
    expect(await claimsOf()).toBe(0);
  });

  test('whose node dies is run by another one', async () => {
    there.queue.openReplica('heavy-0', 'heavy', capacity);
    const grant = granted(await answered(here.queue.acquire(ticket(), stays())));
    await there.queue.close();
    const again = answered(grant.giveBack('connection_broke'));
    here.queue.openReplica('heavy-0', 'heavy', capacity);
    expect(granted(await again)).toMatchObject({ replica: 'heavy-0', attempt: 2 });
  });

  test('is seen in the depths: so many replicas are elsewhere', async () => {
    there.queue.openReplica('heavy-0', 'heavy', capacity);
    await passes(5_000);
    expect(await here.queue.depths()).toMatchObject([{ pool: 'heavy', remoteReplicas: 1 }]);
    expect(await there.queue.depths()).toMatchObject([{ pool: 'heavy', remoteReplicas: 0 }]);
  });
});

describe('an operator', () => {
  test('cancels a request that waits on another node', async () => {
    const mine = ticket();
    const waits = here.queue.acquire(mine, stays());
    await passes(500);
    expect(await linesOf()).toBe(1);
    expect(await there.queue.cancel(mine.id)).toBe(true);
    expect(refusal(await answered(waits))).toEqual({ reason: 'cancelled_by_operator' });
    await passes(500);
    expect(await linesOf()).toBe(0);
    expect(await there.queue.cancel('nobody')).toBe(false);
  });

  test('ends one that runs on another node', async () => {
    there.queue.openReplica('heavy-0', 'heavy', capacity);
    const mine = ticket();
    const grant = granted(await answered(here.queue.acquire(mine, stays())));
    expect(await there.queue.cancel(mine.id)).toBe(true);
    await passes(500);
    expect(refusal(await answered(grant.giveBack('connection_broke')))).toEqual({ reason: 'cancelled_by_operator' });
  });

  test('lets a request out of quarantine on all nodes', async () => {
    here.queue.openReplica('heavy-0', 'heavy', { kvTokens: 1_000, sequencesMax: 1 });
    let admission = await answered(here.queue.acquire(ticket({ fingerprint: () => 'deadly' }), stays()));
    for (let deaths = 0; deaths < 3; deaths += 1) {
      const again = granted(admission).giveBack('engine_died');
      here.queue.openReplica('heavy-0', 'heavy', { kvTokens: 1_000, sequencesMax: 1 });
      admission = await answered(again);
    }
    expect(refusal(admission)).toMatchObject({ reason: 'quarantined' });
    await passes(500);
    expect(refusal(await there.queue.acquire(ticket({ fingerprint: () => 'deadly' }), stays()))).toMatchObject({
      reason: 'quarantined',
    });
    expect(await there.queue.release('deadly')).toBe(1);
    await passes(500);
    expect(await here.queue.quarantined()).toEqual([]);
  });
});

test('work that came to one node is taken by the other within a fifth of a second, though its bell was missed', async () => {
  here.queue.openReplica('heavy-0', 'heavy', { kvTokens: 1_000, sequencesMax: 1 });
  there.queue.openReplica('heavy-1', 'heavy', { kvTokens: 1_000, sequencesMax: 1 });
  const grants = [granted(await answered(here.queue.acquire(ticket(), stays())))];
  const second = here.queue.acquire(ticket(), stays());
  grants.push(granted(await answered(second)));
  expect(grants.map(({ replica }) => replica).toSorted()).toEqual(['heavy-0', 'heavy-1']);
});

test('a node that was silent for longer than its lease drops what it runs for others, and begins anew', async () => {
  const shared = createMemoryStore(memory);
  let isDeaf = false;
  const late = Promise.withResolvers<never>();
  const store: Store = {
    ...shared,
    commit: (pool, commit) => (isDeaf ? late.promise : shared.commit(pool, commit)),
  };
  const worker = host('worker', endless, store);
  worker.queue.openReplica('heavy-0', 'heavy', capacity);
  const grant = granted(await answered(here.queue.acquire(ticket(), stays())));
  const reply = grant.send(request('hello'));
  await passes(500);
  expect((await reply).ok).toBe(true);
  isDeaf = true;
  await passes(9_000);
  expect(worker.queue.inFlight('heavy-0')).toBe(1);
  await passes(3_000);
  expect(worker.queue.inFlight('heavy-0')).toBe(0);
  isDeaf = false;
  late.reject(new Error('no answer in time'));
  const again = granted(await answered(grant.giveBack('connection_broke')));
  expect(again.attempt).toBe(2);
  again.finish('client_gone');
  await worker.queue.close();
});

test('what nodes leave at their end is nothing', async () => {
  there.queue.openReplica('heavy-0', 'heavy', capacity);
  granted(await answered(here.queue.acquire(ticket(), stays())));
  await here.queue.close();
  await passes(100);
  await there.queue.close();
  const { line, apart, claims } = await createMemoryStore(memory).inspect('heavy');
  expect([line, apart, claims]).toEqual([[], [], []]);
});
