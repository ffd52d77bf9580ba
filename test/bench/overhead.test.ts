import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { BINARY } from '../support/node.ts';
import { processesMarked } from '../support/processes.ts';

const program = join(import.meta.dir, '../../bench/overhead/run.ts');
const spread = z.strictObject({ median: z.number(), min: z.number(), max: z.number() });
const times = z.strictObject({ p50: spread, p99: spread });
const byRole = z.strictObject({ gateway: spread.nullable(), redis: spread.nullable() });
const row = z.object({
  target: z.string(),
  answers: z.int().positive(),
  errors: z.literal(0),
  added_ms: times.nullable(),
  rss_mb: byRole,
});
const reportSchema = z.object({
  benchmark: z.literal('overhead'),
  date: z.iso.datetime(),
  command: z.string().includes('--smoke'),
  machine: z.object({ cpu: z.string().min(1), cores: z.int().positive(), kernel: z.string().min(1) }),
  versions: z.object({ 'ssw-infer': z.string(), commit: z.string(), bun: z.literal(Bun.version), redis: z.string() }),
  requests: z.array(
    row.extend({ connections: z.int(), latency_ms: times, requests_per_s: spread, cpu_s_per_1000_requests: byRole }),
  ),
  streams: z.array(
    row.extend({ streams: z.int(), token_delay_ms: times, tokens_per_s: spread, cpu_s_per_million_tokens: byRole }),
  ),
});

const targetsOf = (rows: readonly { target: string }[]) => rows.map((it) => it.target);

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ssw-bench-test-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

test('a smoke run measures every point, directly and through the binary, without an error, and leaves nothing behind', async () => {
  const json = join(directory, 'report.json');
  const child = Bun.spawn([process.execPath, program, '--smoke', '--json', json, '--binary', BINARY], {
    env: { ...process.env, TMPDIR: directory },
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: 110_000,
  });
  const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  expect(processesMarked(directory)).toEqual([]);

  const report = reportSchema.parse(await Bun.file(json).json());
  expect(targetsOf(report.requests)).toEqual(['direct', 'ssw-infer']);
  expect(targetsOf(report.streams)).toEqual(['direct', 'ssw-infer']);
  for (const { target, added_ms, rss_mb } of [...report.requests, ...report.streams]) {
    const isDirect = target === 'direct';
    expect({ target, isCompared: added_ms !== null }).toEqual({ target, isCompared: !isDirect });
    expect(rss_mb.gateway?.median ?? 0).toBeGreaterThanOrEqual(isDirect ? 0 : 10);
    expect(rss_mb.redis?.median ?? 0).toBeGreaterThanOrEqual(isDirect ? 0 : 1);
  }
  for (const { median } of report.requests.map((it) => it.requests_per_s)) expect(median).toBeGreaterThan(0);
  for (const { median } of report.streams.map((it) => it.tokens_per_s)) expect(median).toBeGreaterThan(0);
  expect(out).toContain('| ssw-infer |');
}, 120_000);
