import { InvalidArgumentError, type Command } from 'commander';
import type { Terminal } from './terminal.ts';

/** What a file needs to declare its command (`program.ts` tells how). */
export interface CommandTools {
  readonly terminal: Terminal;
  /** The end of every action: what the function of the command answers is the program's exit code. */
  readonly ends: (code: Promise<number> | number) => Promise<void>;
  /** Adds the option of a command that reads the config. */
  readonly configured: (it: Command) => Command;
  /** Adds the options of a command that talks to a running node. */
  readonly remote: (it: Command) => Command;
  /** Adds `--json`: every command that reads has it, with a row in `docs/cli-json.md`. */
  readonly json: (it: Command) => Command;
}

/** The flag of every command that reads. */
export interface JsonOption {
  readonly json?: true;
}

export function createCommandTools(terminal: Terminal, exit: (code: number) => void): CommandTools {
  const configured = (it: Command) =>
    it.option(
      '--config <file>',
      'config file (default: $SSW_CONFIG, ./config/replicas.yaml, /etc/ssw-infer/replicas.yaml)',
    );
  return {
    terminal,
    ends: (code) => Promise.resolve(code).then(exit),
    configured,
    remote: (it) => configured(it).option('--socket <file>', 'control socket of the node'),
    json: (it) => it.option('--json', 'print JSON (a stable contract, docs/cli-json.md)'),
  };
}

/** A whole number, 0 or more. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0) throw new InvalidArgumentError('a count is a whole number, 0 or more');
  return count;
}

/** An argument that names something. */
export function notEmpty(text: string): string {
  if (text === '') throw new InvalidArgumentError('it is empty');
  return text;
}
