import { afterEach, beforeEach, expect, test } from 'bun:test';
import { FAST_LIMITS, FAST_REPLICAS, startNode, type TestNode } from '../support/node.ts';
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
const pids = async () => Object.fromEntries((await node.status()).replicas.map((it) => [it.name, it.pid]));
const metric = async (name: string) => {
  const text = await (await fetch(`${await node.url()}/metrics`)).text();
  return Number(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (.*)$`, 'm').exec(text)?.[1]);
};

test('reload --dry-run tells what would change; reload --wait restarts just that, one by one', async () => {
  const before = await pids();
  await edit('model: sim/light-8b, max_model_len: 8192', 'model: sim/light-9b, max_model_len: 8192');
  const dry = await node.command('reload', '--dry-run');
  expect(dry.out.trim().split('\n')).toEqual([
    'restart replica light-0 (changed: pool.model, pool.servedName)',
    'restart replica light-1 (changed: pool.model, pool.servedName)',
  ]);
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
  expect(code).toBe(1);
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
  expect(code).toBe(1);
  expect(err).toContain('restart');
});
