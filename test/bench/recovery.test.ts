import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { BINARY } from '../support/node.ts';
import { processesMarked } from '../support/processes.ts';

const program = join(import.meta.dir, '../../bench/recovery/run.ts');
const milliseconds = z.strictObject({ median: z.number(), p95: z.number(), max: z.number() });
const row = z.object({
  case: z.string(),
  rounds: z.literal(1),
  noticed_ms: milliseconds,
  told_ms: milliseconds.nullable(),
  respawn_ms: milliseconds,
  spawned_ms: milliseconds,
  opened_ms: milliseconds,
  total_ms: milliseconds,
});
const reportSchema = z.object({
  benchmark: z.literal('recovery'),
  date: z.iso.datetime(),
  command: z.string().includes('--smoke'),
  machine: z.object({ cpu: z.string().min(1), cores: z.int().positive() }),
  versions: z.object({ 'ssw-infer': z.string(), commit: z.string(), bun: z.literal(Bun.version), redis: z.string() }),
  rows: z.array(row),
});

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ssw-bench-test-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

test('a smoke run sees an engine come back from every death, in the order things happen, and leaves nothing behind', async () => {
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

  const { rows } = reportSchema.parse(await Bun.file(json).json());
  expect(rows.map((it) => it.case)).toEqual(
    ['kill -9 leader', 'kill -9 core'].flatMap((it) => [`${it}, idle`, `${it}, busy`]),
  );
  for (const { case: name, noticed_ms, told_ms, respawn_ms, spawned_ms, opened_ms, total_ms } of rows) {
    expect({ name, isTold: told_ms !== null }).toEqual({ name, isTold: name.endsWith('busy') });
    expect(noticed_ms.max).toBeLessThan(spawned_ms.max);
    expect(respawn_ms.max).toBeLessThanOrEqual(spawned_ms.max);
    expect(spawned_ms.max).toBeLessThan(total_ms.max);
    expect(opened_ms.max).toBeLessThan(total_ms.max - spawned_ms.max);
  }
  expect(out).toContain('| kill -9 core, busy ');
}, 120_000);
