import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BINARY, FAST_LIMITS, FAST_REPLICAS, startNode, type CommandResult, type TestNode } from '../support/node.ts';
import { until } from '../support/wait.ts';

/** Nobody on this machine: of no group that a socket is for. */
const STRANGER = 54_321;
/** Some group of this machine. */
const GID = 20;
const group = (await Bun.file('/etc/group').text()).split('\n').find((it) => it.split(':')[2] === String(GID));

let node: TestNode;
beforeAll(async () => {
  node = await startNode(FAST_REPLICAS + FAST_LIMITS);
  await node.url();
});
afterAll(() => node[Symbol.asyncDispose]());
const socket = () => join(node.directory, 'run/ctl.sock');

describe('who changes something', () => {
  test('is in the log, as the kernel knows them: before, and with the result', async () => {
    expect((await node.command('drain', 'light-0')).code).toBe(0);
    const lines = node
      .log()
      .split('\n')
      .filter((it) => it.includes('"audit":"control"'));
    expect(lines.map((it) => JSON.parse(it) as unknown)).toEqual([
      expect.objectContaining({ action: 'POST /v1/replicas/light-0/drain', uid: process.getuid?.(), msg: 'asked for' }),
      expect.objectContaining({ pid: expect.any(Number), via: 'socket', ok: true, msg: 'ended' }),
    ]);
    await node.command('resume', 'light-0');
  });
});

/** Another user can only be tried by root, as in CI. */
describe.if(process.getuid?.() === 0)('a user who may only look', () => {
  const asStranger = async (...argv: string[]): Promise<CommandResult> => {
    const child = Bun.spawn(
      [
        'setpriv',
        `--reuid=${STRANGER}`,
        `--regid=${STRANGER}`,
        '--clear-groups',
        BINARY,
        ...argv,
        '--socket',
        socket(),
      ],
      { cwd: '/', env: { PATH: process.env['PATH'] ?? '', HOME: '/' }, stdout: 'pipe', stderr: 'pipe' },
    );
    const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
    return { code, out, err };
  };
  beforeAll(() => {
    chownSync(socket(), 0, GID);
    for (const it of [node.directory, join(node.directory, 'run')]) chmodSync(it, 0o755);
  });

  test('sees how the node is', async () => {
    expect(await asStranger('status')).toMatchObject({ code: 0, out: expect.stringContaining('heavy-0'), err: '' });
    expect((await asStranger('history', 'heavy-0')).code).toBe(0);
  });
  test.each(['logs', 'queue', 'quarantine', 'drain heavy-0', 'reload'])(
    'may not do `%s`, and is told whom to ask (77)',
    async (line) => {
      const { code, out, err } = await asStranger(...line.split(' '));
      expect({ code, out }).toEqual({ code: 77, out: '' });
      expect(err).toContain(group === undefined ? 'permission denied' : `group ${group.split(':')[0]}`);
      expect((await node.replica('heavy-0')).state).not.toBe('draining');
    },
  );
  test('sees nothing where the folder is closed to them', async () => {
    chmodSync(join(node.directory, 'run'), 0o750);
    expect((await asStranger('status')).code).toBe(77);
    chmodSync(join(node.directory, 'run'), 0o755);
  });
});

describe('on TCP', () => {
  test('a node whose key everybody may read does not start, and says what to do', async () => {
    const key = join(node.directory, 'open.key');
    writeFileSync(key, 'k'.repeat(64), { mode: 0o644 });
    const tcp = `control: { tcp: { port: 9, key_file: ${key} } }\n`;
    await using refused = await startNode(FAST_REPLICAS + FAST_LIMITS + tcp);
    expect(await refused.exited).toBe(1);
    expect(refused.log()).toContain('chmod o=');
  });
  test('the whole API is there for who has the key', async () => {
    const key = join(node.directory, 'control.key');
    writeFileSync(key, `${'k'.repeat(64)}\n`, { mode: 0o600 });
    const port = 20_000 + (process.pid % 10_000);
    await using open = await startNode(
      `${FAST_REPLICAS}${FAST_LIMITS}control: { tcp: { port: ${port}, key_file: ${key} } }\n`,
    );
    await open.url();
    const ask = (authorization: string) => fetch(`http://127.0.0.1:${port}/v1/status`, { headers: { authorization } });
    await until('it answers', async () => (await ask(`Bearer ${'k'.repeat(64)}`)).status === 200);
    expect((await ask('Bearer no')).status).toBe(401);
  });
});
