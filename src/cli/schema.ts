import type { Command } from 'commander';
import { configJsonSchema } from '../config/index.ts';
import type { CommandTools } from './command.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

export function addSchema(program: Command, { terminal, ends }: CommandTools): void {
  program
    .command('schema')
    .description('JSON schema of the config')
    .action(() => ends(schema(terminal)));
}

/** `ssw-infer schema`: the JSON schema of the config. */
export function schema(terminal: Terminal): ExitCode {
  terminal.out(JSON.stringify(configJsonSchema(), null, 2));
  return EXIT.ok;
}
