import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAST_LIMITS, startNode, type TestNode } from '../support/node.ts';
import { until } from '../support/wait.ts';

const CONFIG = `
gateway: { port: 0, host: 0.0.0.0, key_failures_per_minute: 100000 }
pools:
  light: { model: sim/light, max_model_len: 8192, args: { sim-start-s: 0.2, sim-speed: 20 } }
  heavy: { model: sim/heavy, max_model_len: 8192, args: { sim-start-s: 0.2, sim-speed: 20 } }
replicas: [{ name: light-0, pool: light }, { name: heavy-0, pool: heavy }]
tenants:
  - { name: npc, pools: [light], max_tokens: 50 }
  - { name: mover, pools: [light], max_tokens: 40 }
${FAST_LIMITS}`;
/** The longest a node may take to go, killed after 20 s. */
const STOP_MS_MAX = 30_000;

let node: TestNode;
let url: string;
beforeAll(async () => {
  node = await startNode(CONFIG);
  await node.allReady();
  url = await urlOf(node);
}, STOP_MS_MAX);
afterAll(() => node[Symbol.asyncDispose](), STOP_MS_MAX);

const urlOf = async (it: TestNode) => (await it.url()).replace('0.0.0.0', '127.0.0.1');
const keysFile = () => join(node.directory, 'state/keys.json');

interface Wish {
  readonly key?: string;
  readonly model?: string;
  readonly tokens?: number;
  readonly at?: string;
}

const ask = ({ key, model = 'light', tokens = 1, at = url }: Wish) =>
  fetch(`${at}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ model, max_tokens: tokens, messages: [{ role: 'user', content: 'Hello' }] }),
  });
const statusOf = async (wish: Wish) => {
  const response = await ask(wish);
  await response.text();
  return response.status;
};
const answers = (status: number, wish: Wish) =>
  until(`it answers ${status}`, async () => (await statusOf(wish)) === status, 5000);
const addKey = async (tenant = 'npc', ...more: string[]) => {
  const { code, out } = await node.command('keys', 'add', '--tenant', tenant, ...more);
  expect(code).toBe(0);
  const key = out.trim();
  await answers(401, {}); // the first one closes the gateway, which let everybody in before
  await answers(200, { key });
  return key;
};
const idOf = (key: string) => key.split('-')[2] ?? '';

test(
  'without a key everybody is let in, which is told loudly where others reach the gateway; the first one closes it',
  async () => {
    await using open = await startNode(CONFIG);
    await open.allReady();
    const at = await urlOf(open);
    expect(await statusOf({ at })).toBe(200);
    const warning = 'the gateway listens on 0.0.0.0 and has no API keys';
    expect(open.log()).toContain(warning);
    expect((await open.status()).warnings).toMatchObject([expect.stringContaining(warning)]);
    expect((await open.command('status')).out).toContain(`WARNING: ${warning}`);
    const check = await open.command('check');
    expect([check.code, check.err]).toEqual([0, expect.stringContaining(`warning: ${warning}`)]);
    const { warnings }: { warnings: string[] } = JSON.parse((await open.command('check', '--json')).out);
    expect(warnings).toHaveLength(1);

    const { out, err } = await open.command('keys', 'add', '--tenant', 'npc', '--expires', '30d', '--note', 'the game');
    expect(err).toContain('from now on every request needs one');
    await answers(401, { at });
    expect(await statusOf({ at, key: out.trim() })).toBe(200);
    expect((await open.status()).warnings).toEqual([]);
  },
  STOP_MS_MAX,
);

describe('keys', () => {
  test('are told by id; what they are made from is nowhere', async () => {
    const made = await node.command('keys', 'add', '--tenant', 'other', '--json');
    const { key, id }: { key: string; id: string } = JSON.parse(made.out);
    expect(made.err).toContain('other is not in `tenants`');
    const list = await node.command('keys', 'list', '--json');
    expect(JSON.parse(list.out)).toContainEqual(expect.objectContaining({ id, tenant: 'other', state: 'active' }));
    const secret = key.slice(-64);
    expect((await node.command('keys', 'list')).out).not.toContain(secret);
    expect(readFileSync(keysFile(), 'utf8')).not.toContain(secret);
    expect(statSync(keysFile()).mode & 0o777).toBe(0o600);
    await answers(200, { key });
    expect(node.log()).not.toContain(secret);
  });

  test('that are revoked are turned away, however well they worked', async () => {
    const key = await addKey();
    expect((await node.command('keys', 'revoke', idOf(key))).code).toBe(0);
    await answers(401, { key });
    const refused = await ask({ key });
    expect(await refused.json()).toMatchObject({ error: { message: expect.stringContaining('revoked') } });
    await until('the refusal is logged', () => node.log().includes(`"key":"${idOf(key)}"`));
    expect((await node.command('keys', 'revoke', 'nothing')).code).toBe(1);
  });

  test('survive a file that breaks; it is told where it can be seen, and mended by itself', async () => {
    const key = await addKey();
    const whole = readFileSync(keysFile(), 'utf8');
    writeFileSync(keysFile(), whole.slice(0, -20));
    await until('it is noticed', () => node.log().includes('the API keys cannot be read'));
    expect(await statusOf({ key })).toBe(200);
    expect((await node.status()).warnings).toMatchObject([expect.stringContaining('those read last go on')]);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('sswinfer_keys_stale 1');
    const add = await node.command('keys', 'add', '--tenant', 'npc');
    expect([add.code, add.err]).toEqual([1, expect.stringContaining('is broken, and stays as it is')]);
    writeFileSync(keysFile(), whole);
    await until('it is whole again', async () => (await node.status()).warnings.length === 0);
  });

  test('are read again at SIGHUP, changed or not', async () => {
    const count = async () =>
      Number(/keys_load_total\{result="success"\} (\d+)/.exec(await (await fetch(`${url}/metrics`)).text())?.[1]);
    await addKey();
    const before = await count();
    node.signal('SIGHUP');
    await until('they are read', async () => (await count()) > before);
  });
});

describe('what a key’s tenant may do', () => {
  test('holds from its first request on', async () => {
    const key = await addKey();
    const models: { data: { id: string }[] } = JSON.parse(
      await (await fetch(`${url}/v1/models`, { headers: { 'x-api-key': key } })).text(),
    );
    expect(models.data.map(({ id }) => id)).toEqual(['light', 'sim/light']);
    expect(await statusOf({ key, model: 'heavy' })).toBe(403);
    expect(await statusOf({ key, tokens: 51 })).toBe(400);
  });

  test('changes with the file at a reload, and nothing is restarted for it', async () => {
    const key = await addKey('mover');
    const pids = (await node.status()).replicas.map(({ pid }) => pid);
    const text = readFileSync(node.configFile, 'utf8');
    writeFileSync(node.configFile, text.replace('pools: [light], max_tokens: 40', 'pools: [heavy]'));
    const preview = await node.command('reload', '--dry-run');
    expect(preview.out.trim()).toBe('take tenants in place');
    expect((await node.command('reload', '--wait')).code).toBe(0);
    expect(await statusOf({ key })).toBe(403);
    expect(await statusOf({ key, model: 'heavy', tokens: 51 })).toBe(200);
    expect((await node.status()).replicas.map(({ pid }) => pid)).toEqual(pids);
  });
});
