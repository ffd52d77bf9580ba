import { Argument, type Command } from 'commander';
import type { CommandTools } from './command.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { RUNBOOK_LIST, RUNBOOK_PAGES, type RunbookName } from './runbook-pages.ts';
import { formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';

export function addRunbook(program: Command, { terminal, ends }: CommandTools): void {
  program
    .command('runbook')
    .description('what to do when something is wrong: a page by name; without one, which there are')
    .addArgument(new Argument('[name]', 'a page').choices(Object.keys(RUNBOOK_PAGES)))
    .action((name: RunbookName | undefined) => ends(runbook(name, terminal)));
}

/** `ssw-infer runbook [NAME]`: needs neither config nor node. */
export function runbook(name: RunbookName | undefined, terminal: Terminal): ExitCode {
  terminal.out(name === undefined ? list(terminal.columns) : RUNBOOK_PAGES[name].trimEnd());
  return EXIT.ok;
}

/** The table of the list for people, without its links. */
function list(columns: number | undefined): string {
  const rows = [...RUNBOOK_LIST.matchAll(/^\| \[([a-z-]+)\]\(\S+\) +\| (.+?) +\|$/gm)];
  return formatTable([['RUNBOOK', 'READ IT WHEN'], ...rows.map(([, name = '', when = '']) => [name, when])], columns);
}

/** What a line of advice ends with, so that the page is one copy and paste away. */
export function pointer(name: string): string {
  return `(ssw-infer runbook ${name})`;
}
