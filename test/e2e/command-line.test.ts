import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BINARY, runBinary } from '../support/node.ts';

const root = join(import.meta.dir, '../..');
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ssw-cli-'));
});
afterAll(() => rmSync(directory, { recursive: true }));
const run = (...argv: string[]) => runBinary(argv, directory);

describe('the command line', () => {
  test('help everywhere, on standard output, exit 0', async () => {
    for (const argv of [['--help'], ['serve', '--help'], ['status', '--help'], ['sim-engine', '--help']]) {
      const { code, out } = await run(...argv);
      expect({ argv, code }).toEqual({ argv, code: 0 });
      expect(out.toLowerCase()).toContain('usage');
    }
  });

  test('a misspelt command is usage (64) and gets a suggestion', async () => {
    const { code, out, err } = await run('serv');
    expect({ code, out }).toEqual({ code: 64, out: '' });
    expect(err).toContain('Did you mean serve?');
  });

  test('an unknown flag is usage (64)', async () => {
    expect((await run('status', '--jsn')).code).toBe(64);
  });

  describe('in a pipe', () => {
    const piped = async (reader: string): Promise<string> => {
      const keys = Array.from({ length: 3000 }, (_, index) => `unknown_${index}: 1\n`);
      await Bun.write(join(directory, 'long.yaml'), keys.join(''));
      const script = `{ "$0" check --json --config long.yaml; echo "exit $?" >&2; } | ${reader}`;
      const shell = Bun.spawn(['sh', '-c', script, BINARY], { cwd: directory, stdout: 'pipe', stderr: 'pipe' });
      const [out, err] = [await shell.stdout.text(), await shell.stderr.text()];
      return `${out.trim()} ${err.trim()}`;
    };

    test('bug: all of a long output reaches a slow reader', async () => {
      const whole = await piped('cat');
      expect(whole.length).toBeGreaterThan(300_000);
      expect(await piped('{ sleep 0.5; cat; }')).toBe(whole);
    });

    test('bug: a reader that has enough is no error', async () => {
      expect(await piped('head -c 1')).toMatch(/^\{ exit (141|78)$/);
    });
  });

  test('check accepts the shipped configs and prints where a bad one is wrong (78)', async () => {
    for (const name of ['replicas.yaml', 'replicas.sim.yaml', 'replicas.cpu.yaml'])
      expect(await run('check', '--config', join(root, 'config', name))).toMatchObject({ code: 0, err: '' });
    await Bun.write(join(directory, 'bad.yaml'), 'pools: { heavy: { modell: x } }\nreplicas: []\n');
    const { code, err } = await run('check', '--config', 'bad.yaml');
    expect(code).toBe(78);
    expect(err).toContain('bad.yaml:1:19: pools.heavy.modell: unknown key');
    const asJson = await run('check', '--json', '--config', 'bad.yaml');
    expect(JSON.parse(asJson.out)).toMatchObject({ ok: false, problems: expect.any(Array) });
  });

  test('serve with a bad config exits 78 and starts nothing', async () => {
    await Bun.write(join(directory, 'bad2.yaml'), 'replicas: 3\n');
    const { code, err } = await run('serve', '--config', 'bad2.yaml');
    expect(code).toBe(78);
    expect(err).toContain('bad2.yaml:1:11');
  });

  test('no node to talk to is 69 and says where it looked', async () => {
    const { code, err } = await run('status', '--socket', join(directory, 'no.sock'));
    expect(code).toBe(69);
    expect(err).toContain('no.sock');
  });

  test('schema prints the JSON schema that the project ships', async () => {
    const { out } = await run('schema');
    expect(JSON.parse(out)).toEqual(await Bun.file(join(root, 'config/replicas.schema.json')).json());
    expect(JSON.parse(out)).toMatchObject({ type: 'object', properties: { pools: {}, replicas: {} } });
  });

  test('version tells version, commit, Bun and build date', async () => {
    const { out } = await run('version', '--json');
    expect(JSON.parse(out)).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      commit: expect.stringMatching(/^[0-9a-f]{7,}$/),
      bun: '1.4.5',
      built_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
  });
});
