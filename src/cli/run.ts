import { CommanderError } from 'commander';
import { NoNodeError, NoPermissionError, NoRedisError } from '../control/index.ts';
import { CommandExit } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { createProgram } from './program.ts';
import type { Terminal } from './terminal.ts';

/** Runs one command line (without the program's own name); resolves with the exit code. Throws nothing. */
export async function runCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  let code: number = EXIT.ok;
  try {
    await createProgram(terminal, (it) => (code = it)).parseAsync([...argv], { from: 'user' });
    return code;
  } catch (thrown) {
    return codeOf(thrown, terminal);
  }
}

function codeOf(thrown: unknown, terminal: Terminal): number {
  if (thrown instanceof CommandExit) return thrown.code;
  // Commander has told its reason already; asking for help is no error.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.ok : EXIT.usage;
  terminal.err(thrown instanceof Error ? thrown.message : String(thrown));
  if (thrown instanceof NoPermissionError) return EXIT.permission;
  return thrown instanceof NoNodeError || thrown instanceof NoRedisError ? EXIT.unavailable : EXIT.failed;
}
