import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { BINARY } from '../support/node.ts';
import { processesMarked } from '../support/processes.ts';

const program = join(import.meta.dir, '../../bench/queue/run.ts');
const latency = z.object({ perSecond: z.number().positive(), p50Ms: z.number().positive(), p99Ms: z.number() });
const point = z.object({
  waiting: z.int(),
  tenants: z.int(),
  perSecond: z.number().positive(),
  nodeCpuUs: z.number().positive(),
  redisCpuUs: z.number().positive(),
});
const reportSchema = z.object({
  benchmark: z.literal('queue'),
  command: z.string().includes('--smoke'),
  versions: z.object({ 'ssw-infer': z.string(), redis: z.string() }),
  rounds: z.array(z.object({ target: z.string(), throughput: z.array(point), idle: latency, half: latency })),
});

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ssw-bench-test-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

test('a smoke run measures all targets at all points, and leaves nothing behind', async () => {
  const json = join(directory, 'report.json');
  const child = Bun.spawn([process.execPath, program, '--smoke', '--json', json], {
    env: { ...process.env, TMPDIR: directory, SSW_INFER_BINARY: BINARY },
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: 80_000,
  });
  const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  expect(processesMarked(directory)).toEqual([]);

  const { rounds } = reportSchema.parse(await Bun.file(json).json());
  expect(rounds.map((it) => it.target)).toEqual([
    'one call per transition',
    'ssw-infer',
    'ssw-infer, with rate limits',
  ]);
  for (const { throughput } of rounds) expect(throughput.map((it) => it.waiting)).toEqual([0, 100]);
  expect(out).toContain('× baseline');
}, 90_000);
