import { expect, test } from 'bun:test';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { BINARY } from '../support/node.ts';

const SCRIPT = join(import.meta.dir, '../../scripts/field-acceptance.sh');

const results = z.object({
  verdict: z.string(),
  accepted: z.boolean(),
  simulated: z.boolean(),
  signed_by: z.string(),
  host: z.record(z.string(), z.string()),
  checks: z.array(
    z.object({
      step: z.string(),
      check: z.string(),
      measured: z.number(),
      must_be: z.enum(['at_most', 'at_least', 'exactly']),
      bound: z.number(),
      unit: z.string(),
      verdict: z.enum(['pass', 'FAIL']),
    }),
  ),
});

/** Runs the script in a directory of its own, which it has to leave clean but for its results. */
async function accept(...options: readonly string[]) {
  const directory = mkdtempSync(join(tmpdir(), 'ssw-accept-'));
  const { code, out, err } = await run(directory, ['--simulated', ...options]);
  const document = documentIn(directory);
  const left = readdirSync(directory).filter((it) => it !== 'out');
  rmSync(directory, { recursive: true });
  return { code, out, err, document, left };
}

async function run(directory: string, options: readonly string[], path = '') {
  const argv = ['sh', SCRIPT, '--binary', BINARY, '--out', join(directory, 'out'), ...options];
  const env = { PATH: `${path}${process.env['PATH'] ?? ''}`, HOME: directory, TMPDIR: directory };
  const child = Bun.spawn(argv, { cwd: directory, env, stdout: 'pipe', stderr: 'pipe' });
  const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  return { code, out, err };
}

function documentIn(directory: string) {
  const file = readdirSync(join(directory, 'out')).find((it) => it.endsWith('.json')) ?? '';
  return results.parse(JSON.parse(readFileSync(join(directory, 'out', file), 'utf8')));
}

/** A host with two cards as `nvidia-smi` tells of it, and the shipped replicas on simulated engines. */
function hostWithCards(holder: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'ssw-accept-'));
  const tool = `#!/bin/sh
case "$*" in
  -L) echo 'GPU 0: NVIDIA A40 (UUID: GPU-1)'; echo 'GPU 1: NVIDIA A40 (UUID: GPU-2)' ;;
  *compute-apps*) printf '%s' '${holder}' ;;
  *index,name*) echo '0, NVIDIA A40, 46068 MiB, 00000000:1A:00.0'; echo '1, NVIDIA A40, 46068 MiB, 00000000:44:00.0' ;;
  *driver_version*) echo 580.82.07; echo 580.82.07 ;;
  *memory.used*) echo 4; echo 4 ;;
esac
`;
  mkdirSync(join(directory, 'bin'));
  writeFileSync(join(directory, 'bin/nvidia-smi'), tool, { mode: 0o755 });
  copyFileSync(join(import.meta.dir, '../../config/replicas.sim.yaml'), join(directory, 'replicas.yaml'));
  return directory;
}

test(
  'field acceptance runs whole on simulated engines, and does not call that an acceptance',
  async () => {
    const { code, out, err, document, left } = await accept('--signed-by', 'A "quoted" \\ name');
    expect({ code, failed: document.checks.filter((it) => it.verdict === 'FAIL'), err }).toMatchObject({
      code: 0,
      failed: [],
    });
    expect(document.accepted).toBe(false);
    expect(document.verdict).toContain('SIMULATED');
    expect(document.signed_by).toBe('A "quoted" \\ name');
    expect([...new Set(document.checks.map((it) => it.step))]).toEqual([
      'start',
      'traffic',
      'crash',
      'hang',
      'swap',
      'burst',
      'stop',
    ]);
    for (const { check } of document.checks) expect(out).toContain(check);
    expect(left).toEqual([]);
  },
  { timeout: 120_000 },
);

test(
  'a bound that is not held is told with its value, and the run fails',
  async () => {
    const { code, out, document } = await accept('--steps', 'start stop', '--start-limit-s', '0');
    expect(code).toBe(1);
    expect(out).toContain('NOT ACCEPTED');
    expect(document.checks.filter((it) => it.verdict === 'FAIL').map((it) => it.check)).toContain(
      'replicas that are ready',
    );
  },
  { timeout: 60_000 },
);

test(
  'with cards the table tells of them, and their memory has to be back',
  async () => {
    const directory = hostWithCards('');
    const config = join(directory, 'replicas.yaml');
    const { code, err } = await run(directory, ['--config', config, '--steps', 'start stop'], `${directory}/bin:`);
    const { host, checks, simulated, accepted, verdict } = documentIn(directory);
    rmSync(directory, { recursive: true });
    expect({ code, err }).toMatchObject({ code: 0 });
    expect(host).toMatchObject({ 'card 1': 'NVIDIA A40, 46068 MiB, 00000000:44:00.0', driver: '580.82.07' });
    expect(checks.map((it) => it.check)).toContain('memory that the cards did not get back');
    expect({ simulated, accepted }).toEqual({ simulated: false, accepted: false });
    expect(verdict).toContain('not the whole');
  },
  { timeout: 60_000 },
);

test('nothing is started on cards that somebody uses, or of which there are too few', async () => {
  const inUse = hostWithCards('4242, python');
  const free = hostWithCards('');
  const config = ['--config', join(inUse, 'replicas.yaml')];
  const [used, few] = await Promise.all([
    run(inUse, config, `${inUse}/bin:`),
    run(free, [...config, '--cards', '3'], `${free}/bin:`),
  ]);
  for (const directory of [inUse, free]) rmSync(directory, { recursive: true });
  expect({ code: used.code, err: used.err }).toEqual({ code: 1, err: expect.stringContaining('4242, python') });
  expect({ code: few.code, err: few.err }).toEqual({ code: 1, err: expect.stringContaining('2 cards, 3 are needed') });
});
