import { afterEach, expect, test } from 'bun:test';
import type { NodeReport } from '../../src/control/index.ts';
import { FAST_LIMITS, FAST_REPLICAS, startNode, type TestNode } from '../support/node.ts';
import { keepStreaming } from '../support/streams.ts';
import { until } from '../support/wait.ts';

let node: TestNode;
afterEach(() => node[Symbol.asyncDispose]());

const open = async (more = '') => {
  node = await startNode(FAST_REPLICAS + FAST_LIMITS + more);
  await node.allReady();
  await until('what runs is kept', () => Bun.file(`${node.directory}/state/config/last-good.yaml`).exists());
};
const edit = async (from: string, to: string) => {
  const text = await Bun.file(node.configFile).text();
  expect(text).toContain(from);
  await Bun.write(node.configFile, text.replace(from, to));
};
const models = async () => (await node.status()).replicas.map((it) => `${it.name} ${it.model}`);
const heavy = (model: string) => [
  `heavy-0 ${model}`,
  'light-0 sim/light-8b',
  `heavy-1 ${model}`,
  'light-1 sim/light-8b',
];
const stage = async (replica: string) =>
  (await node.status()).rollout?.moves.find((it) => it.replica === replica)?.stage;
const ends = async () =>
  until('the rollout ended', async () => (await node.status()).rollout?.ended_at !== null, 60_000);

/** Streams to both pools while something is done; every one of them must have been answered whole. */
async function underStreams<T>(act: () => Promise<T>): Promise<T> {
  const url = await node.url();
  const streams = keepStreaming(url, 20, 60);
  await until('answers come', () => streams.accounts.length > 8);
  const result = await act();
  const accounts = await streams.stop();
  expect(accounts.filter((it) => it.seen !== 'completed')).toEqual([]);
  return result;
}

test('a swap under streams fails nothing; both names answer meanwhile, the old one as an alias after', async () => {
  await open();
  const { code, err } = await underStreams(async () => {
    const swap = node.command('swap', 'heavy', 'sim/heavy-9b', '--wait');
    await until('it is on its way', async () => (await stage('heavy-0')) === 'starting');
    const meanwhile = await node.status();
    expect([meanwhile.drift, meanwhile.swaps.length]).toEqual([null, 1]); // bug: a swap on its way was told as an edit of the file
    return swap;
  });
  expect([code, code === 0 ? '' : err]).toEqual([0, '']);
  expect(await models()).toEqual(heavy('sim/heavy-9b'));
  const report = await node.status();
  expect(report.swaps).toMatchObject([{ pool: 'heavy', model: 'sim/heavy-9b', revision: null }]);
  expect(report).toMatchObject({ drift: null, last_reload: { result: 'success' }, rollout: { status: 'done' } });
  expect(await answeredBy('sim/heavy-14b')).toBe('sim/heavy-9b');

  node = await node.restarted('SIGKILL');
  await node.allReady();
  expect(await models()).toEqual(heavy('sim/heavy-9b'));
  expect(await answeredBy('sim/heavy-14b')).toBe('sim/heavy-9b');
  await edit('model: sim/heavy-14b', 'model: sim/heavy-9b');
  expect((await node.command('reload', '--wait')).code).toBe(0);
  expect((await node.status()).swaps).toEqual([]);
}, 90_000);

test('a model that does not start is taken back by itself; a restart starts what ran, and says so until the file changes', async () => {
  await open();
  await edit('aliases: [smart], args: {', "aliases: [smart], args: { sim-fault: 'crash_on_start:1',");
  const { code, err } = await underStreams(() => node.command('reload', '--wait'));
  expect(code).toBe(1);
  expect(err).toContain('did not start');
  expect(await models()).toEqual(heavy('sim/heavy-14b'));
  const drifted = (report: NodeReport) => report.drift?.cause;
  expect(drifted(await node.status())).toContain('did not start');
  expect(await metric('sswinfer_config_reload_total{result="rolled_back"}')).toBe(1);

  node = await node.restarted('SIGTERM');
  await node.allReady();
  expect(drifted(await node.status())).toContain('did not start');
  await edit("sim-fault: 'crash_on_start:1',", '');
  expect((await node.status()).drift).toBeNull();
}, 90_000);

test('a model that answers rubbish does not pass the gate', async () => {
  await open();
  await edit('aliases: [smart], args: {', 'aliases: [smart], args: { sim-fault: rubbish,');
  const { code, err } = await underStreams(() => node.command('reload', '--wait'));
  expect(code).toBe(1);
  expect(err).toContain('heavy-');
  expect(await models()).toEqual(heavy('sim/heavy-14b'));
  expect(await answeredBy('heavy')).toBe('sim/heavy-14b');
}, 60_000);

test('one that is much slower is taken back while it has a part of the load, judged by what the pool did before', async () => {
  await open();
  const objectives = 'objectives: { hold_s: 20, share: 0.5, samples_min: 5, max_slowdown: 1.5 }';
  await edit('aliases: [smart], args: {', `aliases: [smart], ${objectives}, args: { sim-fault: 'slow:6',`);
  const { code, err } = await underStreams(async () => {
    await until('there is a record of the pool', async () => (await completed('heavy')) > 120, 60_000);
    return node.command('reload', '--wait');
  });
  expect([code, err]).toEqual([1, expect.stringMatching(/slower|times/)]);
  expect((await node.status()).rollout?.moves.find((it) => it.cause !== null)?.cause).toContain('times');
  expect(await models()).toEqual(heavy('sim/heavy-14b'));
}, 120_000);

test('a file that does not hold at a start leaves what ran last, and is told', async () => {
  await open();
  await edit('pool: heavy, gpu: 0', 'pool: huge, gpu: 0');
  node = await node.restarted('SIGTERM');
  await node.allReady();
  expect(await models()).toEqual(heavy('sim/heavy-14b'));
  expect((await node.status()).drift?.cause).toContain('unknown pool "huge"');
  expect(node.log()).toContain('what ran last is started');
}, 60_000);

test('a swap of a pool that is not there, or that goes back by itself, leaves nothing behind', async () => {
  await open();
  const unknown = await node.command('swap', 'huge', 'sim/heavy-9b', '--wait');
  expect([unknown.code, unknown.err]).toEqual([78, 'no pool "huge"; pools are: heavy, light\n']);
  const large = await node.command('swap', 'heavy', 'sim/heavy-400b', '--wait');
  expect(large.code).toBe(1);
  expect(await models()).toEqual(heavy('sim/heavy-14b'));
  expect(await node.status()).toMatchObject({ swaps: [], drift: null, last_reload: { result: 'rolled_back' } });
}, 60_000);

test('a rollout is paused, goes on, and is aborted', async () => {
  await open();
  await edit('model: sim/heavy-14b', 'model: sim/heavy-9b');
  expect((await node.command('reload')).code).toBe(0);
  expect((await node.command('rollout', 'pause')).code).toBe(0);
  const [first, second] = await order();
  await until('the first has moved', async () => (await stage(first)) === 'done');
  expect(await stage(second)).toBe('pending');
  const told = await node.command('rollout');
  expect(told.out).toContain('rollout paused');
  expect((await node.command('rollout', 'resume')).code).toBe(0);
  await until('the second is on its way', async () => (await stage(second)) !== 'pending');
  expect((await node.command('rollout', 'abort')).code).toBe(0);
  await ends();
  expect(await models()).toEqual(heavy('sim/heavy-14b'));
  expect((await node.status()).rollout?.status).toBe('aborted');
  expect((await node.command('rollout', 'pause')).code).toBe(1);
}, 60_000);

test('a rollout goes on where it was after the node was killed in the middle of it', async () => {
  await open();
  await edit('model: sim/heavy-14b', 'model: sim/heavy-9b');
  expect((await node.command('reload')).code).toBe(0);
  expect((await node.command('rollout', 'pause')).code).toBe(0);
  const [first] = await order();
  await until('the first has moved', async () => (await stage(first)) === 'done');

  node = await node.restarted('SIGKILL');
  await node.url();
  await until('it is paused still', async () => (await node.status()).rollout?.status === 'paused');
  await until('the first came back as new', async () => {
    const { state, model } = await node.replica(first);
    return state === 'ready' && model === 'sim/heavy-9b';
  });
  expect((await node.command('rollout', 'resume')).code).toBe(0);
  await ends();
  await node.allReady();
  expect(await models()).toEqual(heavy('sim/heavy-9b'));
  expect(await node.status()).toMatchObject({ drift: null, last_reload: { result: 'success' } });
}, 60_000);

test.each(['SIGKILL', 'SIGTERM'] as const)(
  'a node that ends by %s while a replica moves goes on with it',
  async (signal) => {
    await open();
    await edit('model: sim/heavy-14b', 'model: sim/heavy-9b');
    expect((await node.command('reload')).code).toBe(0);
    const [first] = await order();
    await until('the first starts as new', async () => (await stage(first)) === 'starting');
    node = await node.restarted(signal);
    await node.url();
    await until('the rollout is known again', async () => (await node.status()).rollout !== null);
    await ends();
    await node.allReady();
    expect(await models()).toEqual(heavy('sim/heavy-9b'));
    expect(await node.status()).toMatchObject({ drift: null, rollout: { status: 'done' } });
  },
  60_000,
);

test('two reloads at once: the second waits, and is planned against what the first left', async () => {
  await open();
  await edit('model: sim/heavy-14b', 'model: sim/heavy-9b');
  const first = node.command('reload', '--wait');
  await until('the first is on its way', async () => (await node.status()).rollout !== null);
  await edit('model: sim/heavy-9b', 'model: sim/heavy-7b');
  const second = node.command('reload', '--wait');
  expect([(await first).code, (await second).code]).toEqual([0, 0]);
  expect(await models()).toEqual(heavy('sim/heavy-7b'));
  expect(await metric('sswinfer_config_reload_total{result="success"}')).toBe(2);
}, 60_000);

test('a pool that comes and one that goes: what waits is served, and the names follow', async () => {
  await open();
  const text = await Bun.file(node.configFile).text();
  await Bun.write(node.configFile, text.replaceAll('light', 'tiny'));
  const { code, err } = await node.command('reload', '--wait');
  expect([code, code === 0 ? '' : err]).toEqual([0, '']);
  expect((await node.status()).pools.map((it) => it.name)).toEqual(['heavy', 'tiny']);
  expect(await answeredBy('tiny')).toBe('sim/tiny-8b');
  expect((await ask('light')).status).toBe(404);
}, 60_000);

/** The replicas of the rollout, in the order they move. */
async function order(): Promise<[string, string]> {
  const [first, second] = (await node.status()).rollout?.moves.map((it) => it.replica) ?? [];
  if (first === undefined || second === undefined) throw new Error('there is no rollout of two');
  return [first, second];
}

async function ask(model: string): Promise<Response> {
  return fetch(`${await node.url()}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, max_tokens: 2, messages: [{ role: 'user', content: 'hi' }] }),
  });
}

async function answeredBy(model: string): Promise<string | null> {
  const response = await ask(model);
  expect([response.status, response.status === 200 ? '' : await response.text()]).toEqual([200, '']);
  return response.headers.get('x-ssw-model');
}

async function completed(pool: string): Promise<number> {
  return metric(`sswinfer_requests_total{pool="${pool}",outcome="completed"}`);
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${await node.url()}/metrics`)).text();
  return Number(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (.*)$`, 'm').exec(text)?.[1]);
}
