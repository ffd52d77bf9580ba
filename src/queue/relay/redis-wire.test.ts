import { afterEach, beforeEach, expect, test } from 'bun:test';
import { openFaultProxy, type FaultProxy } from '../../../test/support/fault-proxy.ts';
import { createRandom } from '../../../test/support/random.ts';
import { until } from '../../../test/support/wait.ts';
import { createMetrics, silentLog, systemClock } from '../../telemetry/index.ts';
import { startCluster } from '../fixtures/redis-cluster.ts';
import { startRedis, type TestRedis } from '../fixtures/redis-server.ts';
import type { RedisTarget } from '../redis-connection.ts';
import { createRedisWire } from './redis-wire.ts';
import { textOf } from './relay-nodes.fixture.ts';
import { BELL_CHANNEL, MESSAGE_BYTES_MAX, type Wire } from './wire.ts';

/** A wire and what it heard. */
interface TestWire {
  readonly wire: Wire;
  readonly heard: string[];
  /** Of `reaches`. */
  readonly marks: ReadonlySet<string>;
  readonly bells: string[];
  rebuilds(): Promise<number>;
}

let server: TestRedis;
const ends: (() => unknown)[] = [];

beforeEach(async () => {
  server = await startRedis();
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  await server.remove();
});

function open(node: string, target: RedisTarget = { unixSocketPath: server.socketPath }): TestWire {
  const metrics = createMetrics();
  const wire = createRedisWire(target, node, { clock: systemClock, log: silentLog, metrics });
  const heard: string[] = [];
  const bells: string[] = [];
  const marks = new Set<string>();
  wire.listen((message) => {
    const text = textOf(message);
    if (text.startsWith(MARK)) marks.add(text);
    else heard.push(text);
  });
  wire.onBell((pool) => void bells.push(pool));
  ends.push(() => wire.close());
  return { wire, heard, marks, bells, rebuilds: async () => (await metrics.relayRebuilds.get()).values[0]?.value ?? 0 };
}

const send = (from: TestWire, to: string, text: string): void => from.wire.send(to, new TextEncoder().encode(text));

/** What a test begins with: late ones of it may come at any time, and are none of what it counts. */
const MARK = 'mark ';

/** Messages of `from` arrive at `to` (again). */
async function reaches(from: TestWire, to: TestWire, node: string, limitMs = 20_000): Promise<void> {
  const mark = `${MARK}${crypto.randomUUID()}`;
  await until(
    'a message arrives',
    () => {
      if (to.marks.has(mark)) return true;
      send(from, node, mark);
      return false;
    },
    limitMs,
  );
}

async function proxied(): Promise<{ readonly proxy: FaultProxy; readonly target: RedisTarget }> {
  const proxy = await openFaultProxy({ path: server.socketPath }, createRandom(1));
  ends.push(() => proxy[Symbol.asyncDispose]());
  const port = 'port' in proxy.place ? proxy.place.port : 0;
  return { proxy, target: { url: `redis://127.0.0.1:${port}` } };
}

const isSubscriber = (opening: string): boolean => /subscribe/i.test(opening);

test('carries messages in order to the node they are for, and to no other', async () => {
  const [a, b, c] = [open('a'), open('b'), open('c')];
  await reaches(a, b, 'b');
  await reaches(a, c, 'c');
  const texts = Array.from({ length: 1_000 }, (_, at) => `message ${at}`);
  for (const text of texts) send(a, 'b', text);
  await until('all arrived', () => b.heard.length === 1_000);
  expect(b.heard).toEqual(texts);
  expect(c.heard).toEqual([]);
});

test('sends what one turn has for a node together, in payloads of bounded size', async () => {
  const [a, b] = [open('a'), open('b')];
  await reaches(a, b, 'b');
  const published = async (): Promise<number> =>
    Number(/cmdstat_publish:calls=(\d+)/.exec(await server.client.info('commandstats'))?.[1] ?? 0);
  const before = await published();
  for (let count = 0; count < 200; count += 1) send(a, 'b', 'x'.repeat(100));
  await until('all arrived', () => b.heard.length === 200);
  expect((await published()) - before).toBe(1);
  b.heard.length = 0;
  for (let count = 0; count < 10; count += 1) send(a, 'b', 'y'.repeat(MESSAGE_BYTES_MAX));
  await until('all arrived', () => b.heard.length === 10);
  expect((await published()) - before).toBe(11);
});

test('hears the bell of every pool', async () => {
  const a = open('a');
  await until('it is heard', async () => {
    await server.client.publish(BELL_CHANNEL, 'heavy');
    return a.bells.includes('heavy');
  });
});

test('what is sent while Redis is away is lost, and what comes after it is back arrives', async () => {
  const [a, b] = [open('a'), open('b')];
  await reaches(a, b, 'b');
  await server.kill();
  send(a, 'b', 'lost');
  await server.start();
  await reaches(a, b, 'b');
  send(a, 'b', 'after');
  await until('it arrived', () => b.heard.length > 0);
  expect(b.heard).toEqual(['after']);
});

test('a subscription that is cut is made again', async () => {
  const [a, b] = [open('a'), open('b')];
  await reaches(a, b, 'b');
  await server.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await reaches(a, b, 'b', 3_000);
});

/** What a busy machine may add to a time. */
const BUSY_MS = 2_000;

test('a subscription that went deaf is noticed within 3 s', async () => {
  const { proxy, target } = await proxied();
  const [a, b] = [open('a'), open('b', target)];
  b.wire.peers(1);
  await reaches(a, b, 'b');
  const [openNow, all] = [proxy.connections(isSubscriber), proxy.connections()];
  expect([openNow, all]).toEqual([1, 2]);
  const deafSinceMs = performance.now();
  proxy.setOpen({ blackHole: 'both' }, isSubscriber);
  await until('it is rebuilt', async () => (await b.rebuilds()) === 1, 3_000 + BUSY_MS);
  expect(performance.now() - deafSinceMs).toBeLessThan(3_000 + BUSY_MS);
  await reaches(a, b, 'b', 1_000);
});

test('a writer in a black hole is given up, and no subscription blamed for it', async () => {
  const { proxy, target } = await proxied();
  const [a, b] = [open('a', target), open('b')];
  a.wire.peers(1);
  await reaches(a, b, 'b');
  await reaches(b, a, 'a');
  proxy.setOpen({ blackHole: 'both' }, (opening) => !isSubscriber(opening));
  await reaches(a, b, 'b', 5_000);
  expect(await a.rebuilds()).toBe(0);
});

test('a node without others says nothing to itself', async () => {
  const a = open('a');
  const calls = async (): Promise<number> =>
    Number(/cmdstat_publish:calls=(\d+)/.exec(await server.client.info('commandstats'))?.[1] ?? 0);
  a.wire.peers(1);
  await until('it tests itself', async () => (await calls()) > 0);
  a.wire.peers(0);
  const before = await calls();
  await Bun.sleep(1_500); // two intervals: that nothing comes can only be seen by waiting
  expect(await calls()).toBe(before);
});

test('in a cluster order stays too', async () => {
  const cluster = await startCluster(3);
  ends.push(() => cluster.remove());
  const target = { cluster: cluster.nodes, login: { tls: false } };
  const [a, b] = [open('a', target), open('b', target)];
  await reaches(a, b, 'b');
  const texts = Array.from({ length: 300 }, (_, at) => `message ${at}`);
  for (const text of texts) {
    send(a, 'b', text);
    await new Promise((resolve) => void setImmediate(resolve)); // each in a turn of its own
  }
  const heard = (): string[] => b.heard.filter((text) => text.startsWith('message')); // a late greeting is none
  await until('all arrived', () => heard().length === 300);
  expect(heard()).toEqual(texts);
});
