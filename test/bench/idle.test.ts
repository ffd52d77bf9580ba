import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { BINARY } from '../support/node.ts';
import { processesMarked } from '../support/processes.ts';

const program = join(import.meta.dir, '../../bench/idle/run.ts');
const usage = z.strictObject({ cpu_percent_of_a_core: z.number().nonnegative(), rss_mb: z.number() });
const reportSchema = z.object({
  benchmark: z.literal('idle'),
  date: z.iso.datetime(),
  command: z.string().includes('--smoke'),
  machine: z.object({ cpu: z.string().min(1), cores: z.int().positive() }),
  versions: z.object({ 'ssw-infer': z.string(), commit: z.string(), bun: z.literal(Bun.version), redis: z.string() }),
  rows: z.array(z.object({ replicas: z.int(), window_s: z.number(), supervisor: usage, redis: usage, engines: usage })),
});

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ssw-bench-test-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

test('a smoke run tells supervisor, Redis and engines apart, and leaves nothing behind', async () => {
  const json = join(directory, 'report.json');
  const child = Bun.spawn([process.execPath, program, '--smoke', '--json', json, '--binary', BINARY], {
    env: { ...process.env, TMPDIR: directory },
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: 60_000,
  });
  const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  expect(processesMarked(directory)).toEqual([]);

  const { rows } = reportSchema.parse(await Bun.file(json).json());
  expect(rows.map((it) => it.replicas)).toEqual([2]);
  for (const { supervisor, redis, engines } of rows) {
    // A JavaScript runtime; a small database; two processes with a runtime each for both engines.
    expect(supervisor.rss_mb).toBeGreaterThan(20);
    expect(redis.rss_mb).toBeGreaterThan(1);
    expect(engines.rss_mb).toBeGreaterThan(supervisor.rss_mb);
    expect(supervisor.cpu_percent_of_a_core).toBeLessThan(100);
  }
  expect(out).toContain('| supervisor |');
}, 90_000);
