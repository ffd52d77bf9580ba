import { afterEach, beforeEach, expect, test } from 'bun:test';
import { systemClock } from '../../telemetry/index.ts';
import { startRedis, type TestRedis } from '../fixtures/redis-server.ts';
import { until } from '../../../test/support/wait.ts';
import type { Keyed, Recorder } from './keyed.ts';
import { DEAD_AFTER_MS } from './limits.ts';
import { createRedisKeyedStore } from './redis-keyed-store.ts';
import {
  attached,
  answer,
  bytesOf,
  fresh,
  HEADERS,
  nodeOn,
  replayed,
  request,
  stays,
  textOf,
} from './fixtures/keyed-under-test.ts';

const MB = 1_048_576;
let server: TestRedis;
let nodes: Keyed[];
let here: Keyed;
let there: Keyed;

beforeEach(async () => {
  server = await startRedis();
  here = nodeOn(createRedisKeyedStore({ unixSocketPath: server.socketPath }), systemClock, 'here');
  there = nodeOn(createRedisKeyedStore({ unixSocketPath: server.socketPath }), systemClock, 'there');
  nodes = [here, there];
  for (const node of nodes) await answers(node);
});
afterEach(async () => {
  await Promise.all(nodes.map((it) => it.close()));
  await server.remove();
});

let probes = 0;
/** New keys are taken (again). */
async function answers(node: Keyed): Promise<void> {
  await until('the node answers', async () => {
    const begun = await begin(node, { key: `probe-${(probes += 1)}` });
    if (begun.is === 'fresh') begun.recorder.end('failed');
    return begun.is === 'fresh';
  });
}

const begin = (node: Keyed, differing = {}) => node.begin(request(differing), stays());

/** An answer of several MB in which no two places look alike. */
const LONG = Buffer.from(Array.from({ length: 6 * MB }, (_, at) => (at * 31 + Math.floor(at / 251)) % 256));

/** Writes `from` to `to` in chunks, leaving others their turn. */
async function pour(recorder: Recorder, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += 4096) {
    recorder.write(LONG.subarray(at, Math.min(at + 4096, to)));
    if (at % (64 * 4096) === 0) await Bun.sleep(1); // the engine's time
  }
}

const keys = () => server.client.keys('ssw:idem:*');
const endsOf = async (names: readonly string[]) => Promise.all(names.map((it) => server.client.pttl(it)));

test('two nodes that begin at once: one runs, all see its bytes', async () => {
  const rounds = Array.from({ length: 15 }, (_, nth) => `race-${nth}`);
  for (const key of rounds) {
    const begun = await Promise.all([here, there, there, here].map((node) => begin(node, { key })));
    const winners = begun.filter(({ is }) => is === 'fresh');
    expect(winners).toHaveLength(1);
    const joining = begun.filter(({ is }) => is === 'running').map(attached);
    expect(joining).toHaveLength(3);
    for (const it of winners) answer(fresh(it), 'of ', key);
    for (const it of await Promise.all(joining)) expect(await textOf(it)).toBe(`of ${key}`);
  }
}, 30_000);

test('no key is without an end at any moment', async () => {
  const stopping = new AbortController();
  let looks = 0;
  const watch = (async () => {
    while (!stopping.signal.aborted) {
      for (const endMs of await endsOf(await keys())) if (endMs === -1) throw new Error('a key without an end');
      looks += 1;
    }
  })();
  for (let nth = 0; nth < 20; nth += 1) {
    const recorder = fresh(await begin(here, { key: `k${nth}` }));
    recorder.head(200, HEADERS);
    await pour(recorder, 0, 100_000);
    recorder.end(nth % 3 === 0 ? 'failed' : 'answered');
  }
  const looked = looks;
  await until('all is seen', () => looks > looked + 10);
  stopping.abort();
  await watch;
  expect(Math.min(...(await endsOf(await keys())))).toBeGreaterThan(0);
});

test('an answer of several MB reaches those attached here, there, and slowly, byte for byte', async () => {
  const recorder = fresh(await begin(here));
  recorder.head(200, HEADERS);
  const [near, far, slow] = await Promise.all([begin(here), begin(there), begin(there)]).then((all) =>
    Promise.all(all.map(attached)),
  );
  if (near === undefined || far === undefined || slow === undefined) throw new Error('not attached');
  const reading = Promise.all([near, far].map(({ body }) => bytesOf(body)));
  await pour(recorder, 0, LONG.length);
  recorder.end('answered');
  for (const it of await reading) expect(it.equals(LONG)).toBe(true);
  expect((await bytesOf(slow.body)).equals(LONG)).toBe(true); // it reads nothing before everybody else has done
  for (const node of nodes) expect((await bytesOf(replayed(await begin(node)).body)).equals(LONG)).toBe(true);
}, 30_000);

const outages: [string, () => Promise<void>][] = [
  ['kill -9 and restart', () => server.start()],
  [
    'kill -9 and loss of all data',
    async () => {
      await server.start();
      await server.client.flushall();
    },
  ],
];

test.each(outages)(
  '%s of Redis in the middle: the answer goes on, here and there, and is kept whole',
  async (_, restart) => {
    const recorder = fresh(await begin(here));
    recorder.head(200, HEADERS);
    await pour(recorder, 0, 2 * MB);
    const near = bytesOf((await attached(await begin(here))).body);
    const far = bytesOf((await attached(await begin(there))).body);
    await server.kill();
    await pour(recorder, 2 * MB, 4 * MB);
    expect((await begin(here, { key: 'new' })).is).toBe('unavailable');
    expect((await begin(there)).is).toBe('unavailable');
    await restart();
    await pour(recorder, 4 * MB, LONG.length);
    recorder.end('answered');
    expect((await near).equals(LONG)).toBe(true);
    expect((await far).equals(LONG)).toBe(true);
    await answers(there);
    await until('it is kept', async () => (await begin(there)).is === 'replay');
    expect((await bytesOf(replayed(await begin(there)).body)).equals(LONG)).toBe(true);
  },
  30_000,
);

test('of those who ask for the key of a dead node, on two nodes, one takes it over', async () => {
  const recorder = fresh(await begin(here));
  recorder.head(200, HEADERS);
  recorder.write(Buffer.from('half'));
  await until('Redis has the half', async () => (await keys()).length > 1);
  const record = (await keys()).find((it) => !it.endsWith(':body')) ?? '';
  await here.close(); // stands for its death: what it freed is put back as a death leaves it
  await server.client.hset(record, 'state', 'running');
  await server.client.hincrby(record, 'beat', -DEAD_AFTER_MS - 1_000);
  const third = nodeOn(createRedisKeyedStore({ unixSocketPath: server.socketPath }), systemClock, 'third');
  nodes.push(third);
  await answers(third);
  const begun = await Promise.all([begin(there), begin(third), begin(there), begin(third)]);
  expect(begun.map(({ is }) => is).toSorted()).toEqual(['fresh', 'running', 'running', 'running']);
  const joining = begun.filter(({ is }) => is === 'running').map(attached);
  for (const it of begun) if (it.is === 'fresh') answer(it.recorder, 'whole');
  for (const it of await Promise.all(joining)) expect(await textOf(it)).toBe('whole');
});
