import type { Command } from 'commander';
import { buildInfo } from '../node/index.ts';
import type { CommandTools, JsonOption } from './command.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

export function addVersion(program: Command, { terminal, json, ends }: CommandTools): void {
  json(program.command('version').description('version, commit, Bun, build date')).action((option: JsonOption) =>
    ends(version(option, terminal)),
  );
}

/** `ssw-infer version`. */
export function version(option: JsonOption, terminal: Terminal): ExitCode {
  const { commit, bun, builtAt } = buildInfo;
  if (option.json === true)
    terminal.out(JSON.stringify({ version: buildInfo.version, commit, bun, built_at: builtAt }, null, 2));
  else terminal.out(`ssw-infer ${buildInfo.version} (commit ${commit}, bun ${bun}, built ${builtAt})`);
  return EXIT.ok;
}
