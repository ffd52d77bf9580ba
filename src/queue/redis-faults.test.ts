import { afterEach, beforeEach, expect, test } from 'bun:test';
import type { Queue } from './queue.ts';
import { auditPool } from './audit.ts';
import { createRedisStore } from './redis-store.ts';
import type { Store } from './store.ts';
import { quarantineKeyOf } from './redis-script.ts';
import { openBlackHole } from './fixtures/black-hole.ts';
import { granted, queueUnderTest, refusal, stays, ticket } from './fixtures/queue-under-test.ts';
import { startRedis, type TestRedis } from './fixtures/redis-server.ts';
import { until } from '../../test/support/wait.ts';
import type { Admission } from './ticket.ts';

const NODE = 'node-under-test';
const capacity = { kvTokens: 1_000_000, sequencesMax: 8 };
const QUARANTINE = quarantineKeyOf('heavy');
let server: TestRedis;
const ends: (() => Promise<void> | void)[] = [];

beforeEach(async () => {
  server = await startRedis();
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  await server.remove();
});

/** A queue of its own store; open for work once a ticket went through it. */
async function startQueue(
  store: Store = createRedisStore({ unixSocketPath: server.socketPath }),
  onRedisDown: 'refuse' | 'degraded' = 'refuse',
): Promise<Queue> {
  const config = { maxDepth: 10_000, leaseMs: 2_000, onRedisDown };
  const { queue } = queueUnderTest({ store, nodeName: NODE, config, unixMs: Date.now });
  ends.push(() => queue.close());
  queue.openReplica('heavy-0', 'heavy', capacity);
  await works(queue);
  return queue;
}

/** New requests are served (again). */
async function works(queue: Queue): Promise<void> {
  await until('the queue serves', async () => {
    const admission = await queue.acquire(ticket(), stays());
    if (admission.ok) admission.grant.finish('completed');
    return admission.ok;
  });
}

/** Redis holds as many as given, and nothing is wrong in there. */
async function holds(line: number, claims: number): Promise<void> {
  const probe = createRedisStore({ unixSocketPath: server.socketPath });
  await until(`Redis holds ${line} waiting and ${claims} running`, async () => {
    const state = await probe.inspect('heavy').catch(() => undefined);
    return state?.line.length === line && state.claims.length === claims && auditPool(state).length === 0;
  });
  await probe.close();
}

async function waiting(queue: Queue): Promise<number> {
  return (await queue.depths())[0]?.waiting ?? 0;
}

/** Requests of one client after another until told to stop; every outcome is counted. */
function load(queue: Queue, clients: number) {
  const outcomes: Record<string, number> = {};
  const claims = new Set<string>();
  const stopping = new AbortController();
  const count = (admission: Admission): void => {
    const outcome = admission.ok ? 'granted' : admission.refusal.reason;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    if (!admission.ok) return;
    if (claims.has(admission.grant.claim)) throw new Error('one claim was granted twice');
    claims.add(admission.grant.claim);
  };
  const client = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const admission = await queue.acquire(ticket(), stays());
      count(admission);
      await Bun.sleep(1); // the engine's time; refused clients come back as fast
      if (admission.ok) admission.grant.finish('completed');
    }
  };
  const clientsDone = Promise.all(Array.from({ length: clients }, client));
  const stop = async (): Promise<Record<string, number>> => {
    stopping.abort();
    await clientsDone;
    return outcomes;
  };
  return { outcomes, stop };
}

test('kill -9 and restart of Redis under load: everybody hears, everything recovers, nothing is left', async () => {
  const queue = await startQueue();
  const { outcomes, stop } = load(queue, 32);
  await until('the load runs', () => (outcomes['granted'] ?? 0) > 500);
  await server.kill();
  await until('newcomers are refused', () => (outcomes['queue_unavailable'] ?? 0) > 50);
  const before = outcomes['granted'] ?? 0;
  await server.start();
  await until('the load runs again', () => (outcomes['granted'] ?? 0) > before + 500);
  const all = await stop();
  expect(Object.keys(all).toSorted()).toEqual(['granted', 'queue_unavailable']);
  expect(queue.inFlight('heavy-0')).toBe(0);
  expect(await waiting(queue)).toBe(0);
  await holds(0, 0);
});

test('while Redis is away grants run on, waiting tickets wait, and what ended is settled when it is back', async () => {
  const queue = await startQueue();
  const grants = await Promise.all(
    Array.from({ length: 8 }, async () => granted(await queue.acquire(ticket(), stays()))),
  );
  const patient = [queue.acquire(ticket(), stays()), queue.acquire(ticket(), stays())];
  const impatient = queue.acquire(ticket({ maxWaitMs: 300 }), stays());
  await holds(3, 8);
  await server.kill();
  await until('newcomers are refused', async () => {
    const admission = await queue.acquire(ticket(), stays());
    return !admission.ok && admission.refusal.reason === 'queue_unavailable';
  });
  expect(queue.isConnected()).toBe(false);
  for (const it of grants.slice(0, 2)) it.finish('completed');
  expect(queue.inFlight('heavy-0')).toBe(6);
  expect(refusal(await impatient).reason).toBe('queue_timeout');
  expect(await waiting(queue)).toBe(2);
  await server.start();
  expect((await Promise.all(patient)).every(({ ok }) => ok)).toBe(true);
  expect(queue.isConnected()).toBe(true);
  await holds(0, 8);
});

test('kill -9 and restart of Redis under load, with a line in memory meanwhile: nobody is refused, nothing is left', async () => {
  const queue = await startQueue(undefined, 'degraded');
  const { outcomes, stop } = load(queue, 32);
  await until('the load runs', () => (outcomes['granted'] ?? 0) > 500);
  await server.kill();
  await until('the queue is degraded', () => !queue.isConnected());
  const before = outcomes['granted'] ?? 0;
  await until('the load runs on', () => (outcomes['granted'] ?? 0) > before + 500);
  await server.start();
  await until('the queue is back', () => queue.isConnected());
  const then = outcomes['granted'] ?? 0;
  await until('the load runs on', () => (outcomes['granted'] ?? 0) > then + 500);
  expect(Object.keys(await stop())).toEqual(['granted']);
  expect(queue.inFlight('heavy-0')).toBe(0);
  await holds(0, 0);
});

test('a Redis that comes back empty is told what waits and what runs', async () => {
  const queue = await startQueue();
  const grants = await Promise.all(
    Array.from({ length: 8 }, async () => granted(await queue.acquire(ticket(), stays()))),
  );
  const patient = queue.acquire(ticket(), stays());
  await holds(1, 8);
  await server.client.flushall();
  await holds(1, 8);
  grants[0]?.finish('completed');
  granted(await patient);
});

test('a paused Redis costs newcomers no more than the command timeout, then nothing; it recovers by itself', async () => {
  const queue = await startQueue();
  const grant = granted(await queue.acquire(ticket(), stays()));
  await server.client.client('PAUSE', 3_500, 'ALL');
  expect(refusal(await queue.acquire(ticket(), stays()))).toEqual({ reason: 'queue_unavailable' });
  const startedMs = performance.now();
  expect(refusal(await queue.acquire(ticket(), stays()))).toEqual({ reason: 'queue_unavailable' });
  expect(performance.now() - startedMs).toBeLessThan(100);
  await works(queue);
  grant.finish('completed');
  await holds(0, 0);
}, 20_000);

test('a connection that swallows everything is noticed without traffic and replaced', async () => {
  const hole = await openBlackHole(server.socketPath);
  ends.push(() => hole.close());
  const queue = await startQueue(createRedisStore({ url: hole.url }));
  hole.swallow();
  await until('the loss shows while nobody asks', async () => {
    const startedMs = performance.now();
    const admission = await queue.acquire(ticket(), stays());
    return !admission.ok && admission.refusal.reason === 'queue_unavailable' && performance.now() - startedMs < 100;
  });
  hole.pass();
  await works(queue);
  await holds(0, 0);
}, 20_000);

test('a server that has forgotten the functions is given them again', async () => {
  const queue = await startQueue();
  await server.client.function('FLUSH');
  granted(await queue.acquire(ticket(), stays())).finish('completed');
  await holds(0, 0);
});

test('what an earlier life of this node left behind is swept, and never granted', async () => {
  const connection = createRedisStore({ unixSocketPath: server.socketPath });
  const earlier = await startQueue(connection);
  for (let at = 0; at < 12; at += 1) void earlier.acquire(ticket(), stays());
  await holds(4, 8);
  await connection.close(); // as a process that is killed
  await startQueue();
  await holds(0, 0);
});

test('a quarantine outlives what Redis forgets, its death and that of the node', async () => {
  const first = await startQueue();
  let admission = await first.acquire(ticket({ fingerprint: () => 'deadly' }), stays());
  for (let deaths = 0; deaths < 3; deaths += 1) {
    const answer = granted(admission).giveBack('engine_died');
    first.openReplica('heavy-0', 'heavy', capacity);
    admission = await answer;
  }
  const quarantined = refusal(admission);
  expect(quarantined).toMatchObject({ reason: 'quarantined', fingerprint: 'deadly' });
  await until('Redis has it', async () => (await server.client.exists(QUARANTINE)) === 1);
  await server.client.flushall();
  await until('Redis has it again', async () => (await server.client.exists(QUARANTINE)) === 1);
  await server.kill();
  expect(await first.quarantined()).toHaveLength(1);
  await server.start();
  await works(first);
  expect(refusal(await first.acquire(ticket({ fingerprint: () => 'deadly' }), stays()))).toEqual(quarantined);
  await first.close();
  const second = await startQueue();
  await until('the next life knows it', async () => (await second.quarantined()).length === 1);
  expect(refusal(await second.acquire(ticket({ fingerprint: () => 'deadly' }), stays()))).toMatchObject({
    reason: 'quarantined',
  });
});
