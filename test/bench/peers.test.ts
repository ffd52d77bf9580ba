import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { BINARY } from '../support/node.ts';
import { processesMarked } from '../support/processes.ts';

const folder = join(import.meta.dir, '../../bench/peers');
const spread = z.strictObject({ median: z.number(), min: z.number(), max: z.number() });
const row = z.object({
  target: z.string(),
  answers: z.int().positive(),
  errors: z.literal(0),
  rss_mb: z.object({ gateway: spread.nullable() }),
});
const reportSchema = z.object({
  benchmark: z.literal('peers'),
  command: z.string().includes('--smoke'),
  peers: z.tuple([z.strictObject({ name: z.literal('nginx'), version: z.string().regex(/^\d+\.\d+/) })]),
  absent: z.array(z.strictObject({ name: z.string(), why: z.string().min(1) })),
  requests: z.array(row),
  streams: z.array(row),
  streams_in_step: z.array(row),
  ratios: z.array(z.object({ peer: z.literal('nginx'), point: z.string(), units_per_second: spread.nullable() })),
  failures: z.tuple([]),
});

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ssw-bench-test-'));
  const { success, stderr } = Bun.spawnSync(['sh', join(folder, 'install.sh'), 'nginx'], { stderr: 'pipe' });
  if (!success) throw new Error(String(stderr));
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true }));

async function runPeers(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = Bun.spawn([process.execPath, join(folder, 'run.ts'), '--binary', BINARY, ...argv], {
    env: { ...process.env, TMPDIR: directory },
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: 110_000,
  });
  const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  return { code, out, err };
}

test('a smoke run measures the binary with queue and key beside nginx, without an error, and leaves nothing behind', async () => {
  const json = join(directory, 'report.json');
  const { code, out, err } = await runPeers('--smoke', '--only', 'nginx', '--json', json);
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  expect(processesMarked(directory)).toEqual([]);

  const report = reportSchema.parse(await Bun.file(json).json());
  for (const rows of [report.requests, report.streams, report.streams_in_step]) {
    expect(rows.map((it) => it.target)).toEqual(['direct', 'ssw-infer', 'nginx']);
    for (const { target, rss_mb } of rows.slice(1)) {
      expect({ target, counted: (rss_mb.gateway?.median ?? 0) > 1 }).toEqual({ target, counted: true });
    }
  }
  expect(report.ratios.map((it) => it.point)).toEqual(['8 requests', '8 streams', '8 streams in step']);
  expect(report.absent.map((it) => it.name)).toContain('litellm');
  expect(out).toContain('not measured: litellm');
}, 120_000);

test('a peer that nobody knows, or that is not there, ends the run before it starts', async () => {
  const unknown = await runPeers('--smoke', '--only', 'apache');
  expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining('there is no peer apache; known: nginx') });
  const missing = await runPeers('--smoke', '--only', 'olla');
  expect(missing).toMatchObject({ code: 1, err: expect.stringContaining('olla is not installed: --olla PATH') });
});
