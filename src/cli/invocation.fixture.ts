import { CommanderError, type Command } from 'commander';
import { createProgram } from './program.ts';
import type { Terminal } from './terminal.ts';

/**
 * Whether the program understands a line of a page, by its own parser and without running anything: `understood`, or what
 * it complains of. Placeholders (`ID`, `FILE`) are values like any other; what a shell does with the output is cut off.
 */
export function parseInvocation(line: string): string {
  const [, ...words] = line.split(/\s+(?:[|>&]|2>)|\s{2,}/, 1)[0]?.split(/\s+/) ?? [];
  const said: string[] = [];
  const terminal: Terminal = { out: () => undefined, err: (text) => void said.push(text), columns: undefined };
  const program = createProgram(terminal, () => undefined);
  for (const command of withDescendants(program).slice(1)) command.exitOverride().action(() => undefined);
  try {
    program.parse(words, { from: 'user' });
    return 'understood';
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return said.join('\n');
  }
}

function withDescendants(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withDescendants)];
}
