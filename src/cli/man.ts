import type { Command } from 'commander';
import { buildInfo } from '../node/index.ts';
import type { CommandTools } from './command.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { formatManual } from './manual.ts';
import type { Terminal } from './terminal.ts';

export function addMan(program: Command, { terminal, ends }: CommandTools): void {
  program
    .command('man')
    .description('the manual page as roff: ssw-infer man | man -l -')
    .action(() => ends(man(program, terminal)));
}

/** `ssw-infer man`: what is installed as ssw-infer(1). */
function man(program: Command, terminal: Terminal): ExitCode {
  terminal.out(formatManual(program, buildInfo.version).trimEnd());
  return EXIT.ok;
}
