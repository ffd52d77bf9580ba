import type { Chapter } from './scenarios/index.ts';
import type { Verdict } from './scenario.ts';

/** One target's results, as `--json` writes them. */
export interface Run {
  readonly target: string;
  readonly version: string;
  readonly configured: string;
  readonly date: string;
  readonly machine: string;
  readonly results: Record<string, Verdict>;
}

/** A verdict for the terminal. */
export function line(name: string, verdict: Verdict): string {
  const reason = 'because' in verdict ? verdict.because : [took(verdict), verdict.note].filter(Boolean).join(', ');
  return `${verdict.is.padEnd(14)} ${name}${reason === '' ? '' : `: ${reason}`}`;
}

/** Scenario × target, and below it why each failed. */
export function markdown(chapters: readonly Chapter[], runs: readonly Run[]): string {
  const head = `| scenario | ${runs.map((it) => it.target).join(' | ')} |\n| --- |${' --- |'.repeat(runs.length)}`;
  const rows = chapters.flatMap(({ title, scenarios }) => [
    `| **${title}** |${' |'.repeat(runs.length)}`,
    ...scenarios.map(({ name }) => `| \`${name}\` | ${runs.map((it) => cell(it.results[name])).join(' | ')} |`),
  ]);
  const totals = `| **passed of those that apply** | ${runs.map(total).join(' | ')} |`;
  return [head, ...rows, totals].join('\n');
}

function cell(verdict: Verdict | undefined): string {
  if (verdict === undefined) return '';
  if (verdict.is === 'pass') return ['pass', took(verdict)].filter(Boolean).join(' ');
  return verdict.is === 'not_applicable' ? '–' : verdict.is;
}

const took = (verdict: Verdict): string =>
  verdict.is === 'pass' && verdict.seconds !== undefined ? `${verdict.seconds.toFixed(1)} s` : '';

function total({ results }: Run): string {
  const verdicts = Object.values(results).filter((it) => it.is !== 'not_applicable');
  return `**${verdicts.filter((it) => it.is === 'pass').length} of ${verdicts.length}**`;
}
