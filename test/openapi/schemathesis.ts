import { join } from 'node:path';
import { z } from 'zod';
import { EXTENT, SEED } from './settings.ts';
import type { Target } from './target.ts';

const here = import.meta.dir;
const DOCUMENT = join(here, '../../docs/openapi.json');
/** Python 3.11 breaks with more: two threads that parse code at once upset each other (cpython#106905). */
const WORKERS = 1;

const reportSchema = z.object({
  operations: z.object({ total: z.int(), tested: z.int() }),
  test_cases: z.object({ generated: z.int() }),
  failures: z.array(z.object({ code: z.string(), title: z.string(), operations: z.array(z.string()) })),
  errors: z.array(z.unknown()),
});

/** What one run found. */
export interface Findings {
  readonly report: z.infer<typeof reportSchema>;
  /** With a command for each failure that shows it again. */
  readonly text: string;
}

/** Runs Schemathesis (`SSW_SCHEMATHESIS`) against a target. */
export async function runSchemathesis({ url, key, node }: Target): Promise<Findings> {
  const program = process.env['SSW_SCHEMATHESIS'];
  if (program === undefined) throw new Error('SSW_SCHEMATHESIS is not set: run `sh test/openapi/run.sh`');
  const report = join(node.directory, 'schemathesis.json');
  const scope = ['--url', url, '--seed', String(SEED), '--max-examples', String(EXTENT.examplesPerOperation)];
  const how = ['--workers', String(WORKERS), '--continue-on-failure', '--report-json-path', report];
  const child = Bun.spawn(
    [program, '--config-file', join(here, 'schemathesis.toml'), 'run', DOCUMENT, ...scope, ...how],
    {
      cwd: node.directory,
      env: { ...process.env, PYTHONPATH: here, PYTHONDONTWRITEBYTECODE: '1', SSW_KEY: key },
      stdout: 'pipe',
      stderr: 'pipe',
    },
  );
  const [text, problems] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  const written = Bun.file(report);
  if (!(await written.exists())) throw new Error(`Schemathesis left no report: ${text}${problems}`);
  return { report: reportSchema.parse(await written.json()), text };
}
