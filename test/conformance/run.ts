/**
 * The supervisor conformance suite: `bun run test/conformance/run.ts --target NAME`; its names are in `targets/index.ts`.
 * `--binary PATH` of the target (all but the first two), `--only NAME`, `--heavy`, `--at-once N`, `--json FILE`.
 */
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { playAll } from './play.ts';
import { SCENARIOS } from './scenarios/index.ts';
import { line, type Run } from './table.ts';
import { targetNamed } from './targets/index.ts';

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: 'ssw-infer' },
    binary: { type: 'string' },
    only: { type: 'string' },
    heavy: { type: 'boolean', default: false },
    'at-once': { type: 'string', default: '3' },
    json: { type: 'string' },
  },
});

const target = targetNamed(values.target, values.binary);
const { only } = values;
const chosen = SCENARIOS.filter((it) =>
  only === undefined ? values.heavy || it.weight === 'light' : it.name.includes(only),
);
const results: Run['results'] = {};
await playAll(chosen, target, Number(values['at-once']), (scenario, verdict) => {
  results[scenario.name] = verdict;
  process.stdout.write(`${line(scenario.name, verdict)}\n`);
});

const run: Run = {
  target: target.name,
  version: await target.version(),
  configured: target.configured,
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, ${process.platform}`,
  results,
};
if (values.json !== undefined) await writeRun(values.json, run);
const verdicts = Object.values(results);
const count = (is: string) => verdicts.filter((it) => it.is === is).length;
process.stdout.write(
  `${run.target} ${run.version}: ${count('pass')} pass, ${count('fail')} fail, ${count('not_applicable')} not applicable, ${count('broken')} broken\n`,
);
// A peer's failures are the finding; ours and a broken scenario are faults.
process.exitCode = count('broken') > 0 || (target.name === 'ssw-infer' && count('fail') > 0) ? 1 : 0;

/** Results of the same version that were not played again stay. */
async function writeRun(file: string, latest: Run): Promise<void> {
  const earlier = existsSync(file) ? ((await Bun.file(file).json()) as Run) : undefined;
  const kept = earlier?.version === latest.version ? earlier.results : {};
  await Bun.write(file, `${JSON.stringify({ ...latest, results: { ...kept, ...latest.results } }, undefined, 2)}\n`);
}
