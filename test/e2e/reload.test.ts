import { afterEach, beforeEach, expect, test } from 'bun:test';
import { FAST_LIMITS, FAST_REPLICAS, startNode, type TestNode } from '../support/node.ts';
import { keepStreaming } from '../support/streams.ts';
import { until } from '../support/wait.ts';

let node: TestNode;
beforeEach(async () => {
  node = await startNode(FAST_REPLICAS + FAST_LIMITS);
  await node.allReady();
});
afterEach(() => node[Symbol.asyncDispose]());

const edit = async (from: string, to: string) => {
  const text = await Bun.file(node.configFile).text();
  expect(text).toContain(from);
  await Bun.write(node.configFile, text.replace(from, to));
};
const add = async (more: string) => Bun.write(node.configFile, `${await Bun.file(node.configFile).text()}${more}`);
const pids = async () => Object.fromEntries((await node.status()).replicas.map((it) => [it.name, it.pid]));
const metric = async (name: string) => {
  const text = await (await fetch(`${await node.url()}/metrics`)).text();
  return Number(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (.*)$`, 'm').exec(text)?.[1]);
};

test('reload --dry-run tells what would change; reload --wait restarts just that, one by one', async () => {
  const before = await pids();
  await edit('model: sim/light-8b, max_model_len: 8192', 'model: sim/light-9b, max_model_len: 8192');
  const dry = await node.command('reload', '--dry-run');
  const [first, second, , ...rest] = dry.out.trim().split('\n');
  expect([first, second]).toEqual([
    'restart replica light-0 (changed: pool.model, pool.servedName)',
    'restart replica light-1 (changed: pool.model, pool.servedName)',
  ]);
  expect(rest[0]).toMatch(/^REPLICA +MOVE +TO +TAKES +READY MEANWHILE +KV TOKENS MEANWHILE$/);
  expect(rest[1]).toMatch(/^light-0 +roll +sim\/light-9b +~\d+s +1 +[\d,]+$/);
  expect(await pids()).toEqual(before);

  const { code, err } = await node.command('reload', '--wait');
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  const after = await pids();
  expect([after['heavy-0'], after['heavy-1']]).toEqual([before['heavy-0'], before['heavy-1']]);
  expect(after['light-0']).not.toBe(before['light-0']);
  expect(after['light-1']).not.toBe(before['light-1']);
  const response = await fetch(`${await node.url()}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'light', max_tokens: 1, messages: [{ role: 'user', content: 'hi' }] }),
  });
  expect(await response.json()).toMatchObject({ model: 'sim/light-9b' });
});

test('SIGHUP is the same path: it adds and removes replicas', async () => {
  await edit(
    '  - { name: light-1, pool: light, gpu: 1, gpu_memory_utilization: 0.38 }\n',
    '  - { name: light-2, pool: light, gpu: 1, gpu_memory_utilization: 0.38 }\n',
  );
  node.signal('SIGHUP');
  await until('light-2 has taken the place of light-1', async () => {
    const { replicas } = await node.status();
    return (
      replicas.some((it) => it.name === 'light-2' && it.state === 'ready') &&
      !replicas.some((it) => it.name === 'light-1')
    );
  });
  expect(await metric('sswinfer_config_reload_total{result="success"}')).toBe(1);
});

test('a bad file is refused with the line, by the command and by SIGHUP, and nothing stops', async () => {
  const before = await pids();
  await edit('pool: heavy, gpu: 0', 'pool: huge, gpu: 0');
  const dry = await node.command('reload', '--dry-run');
  expect(dry.code).toBe(78);
  const { code, err } = await node.command('reload', '--wait');
  expect(code).toBe(78);
  expect(err).toMatch(/replicas\.yaml:\d+:\d+: replicas\[0\]\.pool: unknown pool "huge"/);
  node.signal('SIGHUP');
  await until(
    'the refusals are counted',
    async () => (await metric('sswinfer_config_reload_total{result="refused"}')) === 2,
  );
  expect(await pids()).toEqual(before);
  const report = await node.status();
  expect(report.reload_error).toContain('unknown pool "huge"');
  expect(report.replicas.every((it) => it.state === 'ready')).toBe(true);
});

test('a change that only a restart can take is refused as a whole, and says so', async () => {
  await edit('gateway: { port: 0 }', 'gateway: { port: 1234 }');
  const { code, err } = await node.command('reload', '--wait');
  expect(code).toBe(78);
  expect(err).toContain('needs a restart of the service: gateway.port');
});

test('what needs no engine to move is taken while it runs, several sections at once under streams, and none fails', async () => {
  const before = await pids();
  const url = await node.url();
  const ask = (model: string, headers: Record<string, string> = {}, content = 'hi', tokens = 2) =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ model, max_tokens: tokens, messages: [{ role: 'user', content }] }),
    });
  const status = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).status;
  const origin = 'https://app.example.com';
  const long = 'word '.repeat(1000);
  expect(await status('bigger')).toBe(404);
  expect(await status('heavy', {}, 'project falcon')).toBe(200);
  expect(await status('heavy', {}, long)).toBe(200);
  expect((await ask('auto')).headers.get('x-ssw-pool')).toBe('light');

  const streams = keepStreaming(url, 10, 40);
  await until('answers come', () => streams.accounts.length > 5);
  await edit('aliases: [smart]', 'aliases: [smart, bigger]');
  await edit(
    'gateway: { port: 0 }',
    `gateway: { port: 0, max_body_bytes: 4096, cors: { allow_origins: ["${origin}"] } }`,
  );
  await edit('drain_timeout_s: 5', 'drain_timeout_s: 7, max_restarts: 4');
  await edit('interval_s: 0.1', 'interval_s: 0.2');
  await add(`
guardrails: { rules: [{ name: falcon, words: [project falcon], action: refuse, applies_to: [request] }] }
routing: { light_tokens_max: 0 }
queue: { max_depth: 100, flush_after_s: 1 }
cards: { wait_s: 30 }
telemetry: { log_level: debug }
tenants: [{ name: npc, max_tokens: 3 }]
`);
  const { code, err } = await node.command('reload', '--wait');
  expect([code, err.replace('no replica changes\n', '')]).toEqual([0, '']);

  expect(await status('bigger')).toBe(200);
  expect(await status('heavy', {}, 'project falcon')).toBe(400);
  expect(await status('heavy', {}, long)).toBe(413);
  expect((await ask('auto')).headers.get('x-ssw-pool')).toBe('heavy');
  expect((await ask('heavy', { origin })).headers.get('access-control-allow-origin')).toBe(origin);
  const debug = () =>
    node
      .log()
      .split('\n')
      .some((line) => line.includes('"level":20'));
  await until('requests are told to the log', debug);
  expect((await node.replica('heavy-0')).restarts_left).toBe(4);
  expect((await streams.stop()).filter((it) => it.seen !== 'completed')).toEqual([]);
  expect(await pids()).toEqual(before);
  expect((await node.status()).drift).toBeNull();
}, 60_000);

test('API keys are read from another file from the reload on that names it', async () => {
  const url = await node.url();
  const models = async (key?: string) =>
    (await fetch(`${url}/v1/models`, { headers: key === undefined ? {} : { authorization: `Bearer ${key}` } })).status;
  expect(await models()).toBe(200);
  await edit('gateway: { port: 0 }', 'gateway: { port: 0, keys_file: other-keys.json }');
  const { out } = await node.command('keys', 'add', '--tenant', 'npc');
  expect((await node.command('reload', '--wait')).code).toBe(0);
  expect([await models(), await models(out.trim())]).toEqual([401, 200]);
});

test('a file that was edited and not reloaded is told as drift', async () => {
  expect((await node.status()).drift).toBeNull();
  await add('tenants: [{ name: npc }]\n');
  expect((await node.status()).drift?.cause).toBe('edited since: a reload would take tenants in place');
  const { out } = await node.command('status');
  expect(out).toContain('what runs is not what the file says: edited since');
});
