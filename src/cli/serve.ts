import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { formatProblem, locateConfig } from '../config/index.ts';
import { chooseNodeStart, loadContext, serveNode, type ServeOutcome } from '../node/index.ts';
import type { CommandTools } from './command.ts';
import type { ConfigOption } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

export function addServe(program: Command, { terminal, configured, ends }: CommandTools): void {
  configured(program.command('serve').description('run the node in the foreground')).action((option: ConfigOption) =>
    ends(serve(option, terminal)),
  );
}

const CODES: Readonly<Record<ServeOutcome, ExitCode>> = {
  stopped: EXIT.ok,
  locked: EXIT.temporary,
  no_redis: EXIT.unavailable,
  failed: EXIT.failed,
};

/**
 * `ssw-infer serve`: the node in the foreground until it is told to stop. A file that does not hold, or was taken back,
 * leaves what ran last; without that it does not start.
 */
export async function serve(option: ConfigOption, terminal: Terminal): Promise<ExitCode> {
  const chosen = await chooseNodeStart(locateConfig(option.config, process.env, existsSync), loadContext());
  if (chosen.ok) return CODES[await serveNode(chosen.start)];
  for (const problem of chosen.problems) terminal.err(formatProblem(problem));
  return EXIT.config;
}
