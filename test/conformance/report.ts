/** Writes docs/conformance.md from the results: `bun run test/conformance/report.ts [RESULTS.json …]`, default all of `results/`. */
import { join } from 'node:path';
import type { Scenario } from './scenario.ts';
import { CHAPTERS, SCENARIOS } from './scenarios/index.ts';
import { markdown, type Run } from './table.ts';

/** The order of the columns; others follow. */
const COLUMNS = ['ssw-infer', 'supervisord', 'process-compose', 'llama-swap', 'llamactl'];
const DOCUMENT = join(import.meta.dir, '../../docs/conformance.md');

const named = process.argv.slice(2);
const files =
  named.length > 0
    ? named
    : [...new Bun.Glob('*.json').scanSync({ cwd: join(import.meta.dir, 'results'), absolute: true })];
const runs = (await Promise.all(files.map(async (file) => (await Bun.file(file).json()) as Run))).toSorted(
  (one, other) => rank(one) - rank(other),
);
const introduction = await Bun.file(join(import.meta.dir, 'introduction.md')).text();
await Bun.write(DOCUMENT, [introduction.trim(), conditions(), results(), reasons(), scenarios()].join('\n\n') + '\n');

function rank({ target }: Run): number {
  const found = COLUMNS.indexOf(target);
  return found === -1 ? COLUMNS.length : found;
}

function conditions(): string {
  const rows = runs.map((it) => `| ${it.target} | ${it.version} | ${it.date} | ${it.configured} |`);
  return `## Who ran and how\n\nMachine: ${[...new Set(runs.map((it) => it.machine))].join('; ')}.\n\n| target | version | date | its configuration |\n| --- | --- | --- | --- |\n${rows.join('\n')}`;
}

function results(): string {
  return `## Results\n\nSeconds run from the fault to the engine's next answer; its own start takes 0.4 of them where the scenario says nothing else. A dash: does not apply.\n\n${markdown(CHAPTERS, runs)}`;
}

/** Why each did not pass, and what does not apply. */
function reasons(): string {
  const parts = runs.map((run) => {
    const lines = SCENARIOS.flatMap(({ name }) => {
      const verdict = run.results[name];
      return verdict === undefined || verdict.is === 'pass'
        ? []
        : [`- \`${name}\` ${verdict.is.replaceAll('_', ' ')}: ${verdict.because}`];
    });
    return `### ${run.target}\n\n${lines.join('\n')}`;
  });
  return `## What did not pass, in the suite's words\n\n${parts.join('\n\n')}`;
}

function scenarios(): string {
  const chapters = CHAPTERS.map((it) => `### ${it.title}\n\n${it.scenarios.map(explained).join('\n')}`);
  return `## The scenarios\n\n${chapters.join('\n\n')}`;
}

function explained({ name, does, requires, taughtBy }: Scenario): string {
  return `- **\`${name}\`** ${does} *Required:* ${requires} *Taught by:* ${taughtBy.replace(/\.$/, '')}.`;
}
