import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { FAST_LIMITS, FAST_REPLICAS, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
beforeAll(async () => {
  node = await startNode(FAST_REPLICAS + FAST_LIMITS);
  await node.allReady();
});
afterAll(() => node[Symbol.asyncDispose]());

/** Writes a file of prompts beside the node's config. */
async function writeSet(name: string, checks: string): Promise<string> {
  const file = join(node.directory, name);
  const prompt = `  - { name: said, messages: [{ role: user, content: Hello }], params: { max_tokens: 8 }, checks: ${checks} }\n`;
  await Bun.write(file, `name: mine\nprompts:\n${prompt}`);
  return file;
}

/** Makes a fault happen in one engine. */
const inject = (replica: string, fault: string) =>
  fetch('http://engine/sim/fault', {
    unix: join(node.directory, 'run', `${replica}.sock`),
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ fault }),
  });

describe('ssw-infer eval', () => {
  test('asks every ready replica the set of the config', async () => {
    const { code, out } = await node.command('eval');
    expect(out).toMatch(/heavy-0 +heavy +plumbing +passed +4\/4/);
    expect(out).toMatch(/light-1 +light +plumbing +passed +4\/4/);
    expect(code).toBe(0);
  });

  test('prints JSON, with the answers’ beginnings only where they failed', async () => {
    const { code, out } = await node.command('eval', '--replica', 'heavy-0', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      passed: true,
      replicas: [
        {
          replica: 'heavy-0',
          pool: 'heavy',
          set: 'plumbing',
          cause: null,
          prompts: [
            { prompt: 'chat', outcome: 'passed', tries: [{ passed: true, excerpt: null }, { passed: true }] },
            {},
            {},
            {},
          ],
        },
      ],
    });
  });

  test('takes a file of one’s own', async () => {
    const good = await node.command(
      'eval',
      '--pool',
      'light',
      '--set',
      await writeSet('good.yaml', '{ contains: simulated }'),
    );
    expect(good).toMatchObject({ code: 0 });
    const bad = await node.command(
      'eval',
      '--pool',
      'light',
      '--set',
      await writeSet('bad.yaml', '{ contains: Paris }'),
    );
    expect(bad.code).toBe(1);
    expect(bad.out).toContain('light-0 · said: contains has no "Paris", said "[simulated]');
  });

  test('tells what is wrong in a file at its place, and asks nobody (78)', async () => {
    const broken = await node.command('eval', '--set', await writeSet('broken.yaml', '{ contians: a }'));
    expect(broken.code).toBe(78);
    expect(broken.err).toContain('broken.yaml:3:');
    expect(await node.command('eval', '--set', '/nowhere.yaml')).toMatchObject({ code: 78 });
  });

  test('says who there is where nobody has that name', async () => {
    const { code, err } = await node.command('eval', '--replica', 'heavy-9');
    expect([code, err.trim()]).toEqual([1, 'no replica "heavy-9"; replicas are: heavy-0, light-0, heavy-1, light-1']);
  });

  test('tells a replica that answers rubbish from its sibling that does not', async () => {
    await inject('light-0', 'rubbish');
    const { code, out } = await node.command('eval', '--pool', 'light');
    expect(code).toBe(1);
    expect(out).toMatch(/light-0 +light +plumbing +FAILED +1\/4/);
    expect(out).toMatch(/light-1 +light +plumbing +passed +4\/4/);
    expect(out).toMatch(/light-0 · chat: repeats_max repeats itself \d+ times in a row, 16 at most, said "!!!!/);
    await inject('light-0', 'recover');
    expect((await node.command('eval', '--pool', 'light')).code).toBe(0);
  });
});
