import { afterEach, beforeEach, expect, test } from 'bun:test';
import { openFaultProxy, type FaultProxy } from '../../../test/support/fault-proxy.ts';
import { createRandom } from '../../../test/support/random.ts';
import { until } from '../../../test/support/wait.ts';
import { silentLog, systemClock } from '../../telemetry/index.ts';
import { startRedis, type TestRedis } from '../fixtures/redis-server.ts';
import type { Reply } from '../outgoing.ts';
import type { RedisTarget } from '../redis-connection.ts';
import { createRedisWire } from './redis-wire.ts';
import {
  answerOf,
  createTestGrant,
  createTestNode,
  guestOf,
  outgoing,
  readAll,
  textOf,
  type Read,
  type TestGrant,
  type TestNode,
} from './relay-nodes.fixture.ts';

let server: TestRedis;
let one: TestNode;
let other: TestNode;
const ends: (() => unknown)[] = [];

beforeEach(async () => {
  server = await startRedis();
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  await server.remove();
});

/** Two nodes that know of each other, and hear each other. */
async function openNodes(targetOfOther: RedisTarget = { unixSocketPath: server.socketPath }): Promise<void> {
  one = openNode('one', { unixSocketPath: server.socketPath });
  other = openNode('other', targetOfOther);
  await until('they hear each other', () => {
    one.relay.tellCancel('other', 'greeting');
    other.relay.tellCancel('one', 'greeting');
    return one.told.length > 0 && other.told.length > 0;
  });
}

function openNode(name: string, target: RedisTarget): TestNode {
  const wire = createRedisWire(target, name, { clock: systemClock, log: silentLog });
  const node = createTestNode(name, wire, systemClock);
  node.relay.alive(['one:life', 'other:life']);
  ends.push(() => node.relay.close());
  return node;
}

/** A request of `origin` that `worker` runs, up to its status line. */
async function start(origin: TestNode, worker: TestNode, grant: TestGrant, request = outgoing()): Promise<Reply> {
  const guest = guestOf(worker.name, origin.name);
  origin.bids.set(guest.claim, 'run');
  const reply = origin.relay.send(guest, request, '');
  worker.relay.host(guest, grant);
  return reply;
}

/** An engine that writes numbered tokens at a steady pace, for as long as told. */
function ticking(tokens: number, everyMs: number): TestGrant {
  const body = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < tokens; at += 1) {
      await Bun.sleep(everyMs);
      yield new TextEncoder().encode(`${at} `);
    }
  };
  return createTestGrant((request) => Promise.resolve(answerOf(body(), request)));
}

const numbered = (tokens: number): string => Array.from({ length: tokens }, (_, at) => `${at} `).join('');

/** Whole, or broken after a beginning of it: never with a gap. */
function isUnbroken({ bytes, error }: Read, tokens: number): boolean {
  const text = textOf(bytes);
  return error === undefined ? text === numbered(tokens) : numbered(tokens).startsWith(text);
}

test('streams flow both ways at once, every byte in its place', async () => {
  await openNodes();
  const ways = Array.from({ length: 40 }, (_, at) =>
    at % 2 === 0 ? ([one, other] as const) : ([other, one] as const),
  );
  const reads = await Promise.all(
    ways.map(async ([origin, worker]) => readAll(await start(origin, worker, ticking(100, 3)))),
  );
  for (const read of reads) {
    expect(read.error).toBeUndefined();
    expect(textOf(read.bytes)).toBe(numbered(100));
  }
});

test('carries a request of 5 MB, and an answer as long', async () => {
  await openNodes();
  const body = new Uint8Array(5_000_000).map((_, at) => (at * 31) % 251);
  const grant = createTestGrant((request) => {
    const echo = async function* (): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(typeof request.body === 'string' ? new Uint8Array() : request.body);
    };
    return Promise.resolve(answerOf(echo(), request));
  });
  const { bytes, error } = await readAll(await start(one, other, grant, outgoing(body)));
  expect(error).toBeUndefined();
  expect(Bun.hash(bytes)).toBe(Bun.hash(body));
});

test('a slow reader holds the engine back, and nothing is kept for it but its window', async () => {
  await openNodes();
  let produced = 0;
  const grant = createTestGrant((request) => {
    const body = async function* (): AsyncGenerator<Uint8Array> {
      for (; produced < 20_000_000; produced += 10_000) yield await Promise.resolve(new Uint8Array(10_000));
    };
    return Promise.resolve(answerOf(body(), request));
  });
  const reply = await start(one, other, grant);
  if (!reply.ok) throw new Error(reply.failure);
  let read = 0;
  for await (const piece of reply.body) {
    read += piece.byteLength;
    if (read % 500_000 === 0) await Bun.sleep(5);
    expect(produced - read).toBeLessThanOrEqual(262_144 + 10_000);
  }
  expect(read).toBe(20_000_000);
});

test('subscriptions that are cut come back, and no stream has a gap', async () => {
  await openNodes();
  const reads = Array.from({ length: 20 }, async () => readAll(await start(one, other, ticking(200, 5))));
  await Bun.sleep(200); // in the middle of them
  await server.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  for (const read of await Promise.all(reads)) expect(isUnbroken(read, 200)).toBe(true);
  const { error } = await readAll(await start(one, other, ticking(3, 1)));
  expect(error).toBeUndefined();
});

test('when Redis is killed streams break within 5 s, on both sides', async () => {
  await openNodes();
  const grants = Array.from({ length: 10 }, () => ticking(10_000, 5));
  const replies = await Promise.all(grants.map((grant) => start(one, other, grant)));
  const reads = Promise.all(replies.map(readAll));
  const killedMs = performance.now();
  await server.kill();
  for (const read of await reads) {
    expect(read.error).toBeDefined();
    expect(isUnbroken(read, 10_000)).toBe(true);
  }
  await until('the engines are stopped', () => grants.every((grant) => grant.ends.length === 1));
  expect(performance.now() - killedMs).toBeLessThan(5_100);
}, 10_000);

const through = ({ place }: FaultProxy): RedisTarget => ({
  url: `redis://127.0.0.1:${'port' in place ? place.port : 0}`,
});

test('over a network that resets and cuts connections every stream is a beginning, and ends', async () => {
  const proxy = await openFaultProxy({ path: server.socketPath }, createRandom(7));
  ends.push(() => proxy[Symbol.asyncDispose]());
  await openNodes(through(proxy));
  const grants = Array.from({ length: 20 }, () => ticking(300, 5));
  const reads = grants.map(async (grant) => readAll(await start(one, other, grant)));
  proxy.set({ latencyMs: { least: 0, most: 5 }, resetChance: 0.01, truncateChance: 0.01 });
  const seen = await Promise.all(reads);
  expect(seen.every((read) => isUnbroken(read, 300))).toBe(true);
  expect(seen.some(({ error }) => error !== undefined)).toBe(true);
  await until('every grant has ended', () => grants.every((grant) => grant.ends.length === 1));
}, 20_000);

test('a worker whose subscription goes deaf is heard again within 3 s, and goes on', async () => {
  const proxy = await openFaultProxy({ path: server.socketPath }, createRandom(1));
  ends.push(() => proxy[Symbol.asyncDispose]());
  await openNodes(through(proxy));
  const reply = await start(one, other, ticking(700, 5)); // 3.5 s, and what its worker hears meanwhile is nothing
  proxy.setOpen({ blackHole: 'down' }, (opening) => /subscribe/i.test(opening));
  const { bytes, error } = await readAll(reply);
  expect(error).toBeUndefined();
  expect(textOf(bytes)).toBe(numbered(700));
  expect((await readAll(await start(one, other, ticking(3, 1)))).error).toBeUndefined();
}, 15_000);
