import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { until } from '../../test/support/wait.ts';
import { startRedis, type TestRedis } from './fixtures/redis-server.ts';
import { admit, claimedIds, offer, policy, speaker, type Speaker } from './fixtures/speaker.ts';
import { callerOf } from './redis-library.ts';
import { readReply } from './redis-reply.ts';
import { argumentsOf, buildLibrary, keysOf, LIBRARY, type Library } from './redis-script.ts';
import { CLAIMS_PER_COMMIT_MAX } from './bounds.ts';
import type { Commit } from './store.ts';

const SERVER_TIME = "local time = redis.call('TIME') return time[1] * 1000000 + time[2]";
const version = (name: string): Library => buildLibrary(`local function now_us() ${SERVER_TIME} end -- ${name}`);

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
beforeEach(async () => {
  await server.client.flushall();
  await server.client.function('FLUSH');
  await server.client.config('RESETSTAT');
});
afterAll(() => server.remove());

/** A process with a library of its own, that has had no answer yet. */
function processOf(life: string, library: Library = LIBRARY, pool = 'heavy'): Speaker {
  const call = callerOf(server.client, library);
  const commit = async (to: string, it: Commit) =>
    readReply(await call(library.functionFor(it), keysOf(to), argumentsOf(it)), it);
  return speaker({ commit }, life, pool);
}

async function libraries(): Promise<string[]> {
  const rows: unknown = await server.client.function('LIST');
  return Array.isArray(rows) ? rows.map((row: unknown) => String(Array.isArray(row) ? row[1] : row)).toSorted() : [];
}

/** How often `command` has run since the test began. */
async function callsOf(command: string): Promise<number> {
  const stats = await server.client.info('commandstats');
  return Number(new RegExp(`cmdstat_${RegExp.escape(command)}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}

test('a function that is lost between two commits is loaded again, and the commit done once', async () => {
  const node = processOf('a:1');
  await node.register();
  await server.client.function('FLUSH');
  expect(await node.commit({ transitions: [admit('1'), admit('2')] })).toMatchObject({ depth: 2 });
  expect(await callsOf('function|load')).toBe(2);
});

test('many that miss it at once all load it', async () => {
  const nodes = Array.from({ length: 20 }, (_, at) => processOf(`n${at}:1`));
  await Promise.all(nodes.map((it) => it.register()));
  await Promise.all(nodes.map((it) => it.commit({ transitions: [admit(it.life)] })));
  expect((await nodes[0]?.commit({}))?.depth).toBe(20);
  expect(await libraries()).toEqual([LIBRARY.name]);
});

test('the first of a new version deletes what older ones left, and nothing else', async () => {
  const registers = "redis.register_function('f', function() return 1 end)";
  await server.client.function('LOAD', `#!lua name=ssw_of_another\n${registers}`);
  await processOf('a:1', version('old')).register();
  await processOf('b:1', LIBRARY).register();
  await until('the old one is gone', async () => (await libraries()).length === 2);
  expect(await libraries()).toEqual([LIBRARY.name, 'ssw_of_another'].toSorted());
});

test('two versions beside each other share a line, and soon neither has to load again', async () => {
  const [old, late] = [processOf('old:1', version('old')), processOf('late:1', version('late'))];
  await old.register();
  await late.register();
  await until('the old one is gone', async () => (await libraries()).length === 1);
  await old.commit({ transitions: [admit('1')] });
  expect(claimedIds(await late.commit({ offers: [offer('late/a')] }))).toEqual(['1']);
  const loads = await callsOf('function|load');
  for (let turn = 0; turn < 5; turn += 1) for (const it of [old, late]) await it.commit({});
  expect(await callsOf('function|load')).toBe(loads);
  expect(await libraries()).toHaveLength(2);
});

test('where it may not be deleted, nothing else comes of it', async () => {
  await processOf('a:1', version('old')).register();
  await server.client.acl('SETUSER', 'default', '-function|delete');
  const late = processOf('b:1');
  await late.register();
  const REFUSED = /function\|delete:.*rejected_calls=1/;
  await until('it was refused', async () => REFUSED.test(await server.client.info('commandstats')));
  expect(await late.commit({ transitions: [admit('1')] })).toMatchObject({ depth: 1 });
  await server.client.acl('SETUSER', 'default', '+function|delete');
  expect(await libraries()).toHaveLength(2);
});

test('who may not load it is told so', async () => {
  await server.client.acl('SETUSER', 'default', '-function|load');
  const cause = await processOf('a:1').register().catch(String);
  await server.client.acl('SETUSER', 'default', '+function|load');
  expect(cause).toContain('NOPERM');
});

test('that a call met a bound is not said of the next', async () => {
  const node = processOf('a:1');
  await node.register();
  const many = Array.from({ length: CLAIMS_PER_COMMIT_MAX }, (_, at) => admit(`${at}`));
  expect((await node.commit({ transitions: many, offers: [offer('a/0')] })).more).toBe(true);
  expect((await node.commit({})).more).toBe(false);
});

test('what a call knew of its pool is not taken for what the next one finds in another', async () => {
  const oneAtMost = { ...policy, depthMax: 1 };
  const [heavy, light] = [processOf('a:1'), processOf('b:1', LIBRARY, 'light')];
  for (const it of [heavy, light]) {
    await it.register();
    await it.commit({ transitions: [admit('1')] });
  }
  const later = processOf('b:2', LIBRARY, 'light');
  await later.register();
  const refused = await heavy.commit({ policy: oneAtMost, transitions: [admit('2')] });
  expect(refused.results).toMatchObject([{ type: 'refused' }]);
  const taken = await later.commit({ policy: oneAtMost, transitions: [admit('2')] });
  expect(taken.results).toMatchObject([{ type: 'admitted' }]); // what its past life left keeps nobody out
});
