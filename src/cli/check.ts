import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { formatProblem, loadConfig, locateConfig } from '../config/index.ts';
import { checkKeys, loadContext } from '../node/index.ts';
import type { CommandTools, JsonOption } from './command.ts';
import type { ConfigOption } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

export function addCheck(program: Command, { terminal, configured, json, ends }: CommandTools): void {
  json(
    configured(program.command('check').description('validate the config; every problem with file:line:column')),
  ).action((option: ConfigOption & JsonOption) => ends(check(option, terminal)));
}

/** `ssw-infer check`: every problem of the file, and what is unwise in it; nothing started. */
export async function check(option: ConfigOption & JsonOption, terminal: Terminal): Promise<ExitCode> {
  const file = locateConfig(option.config, process.env, existsSync);
  const result = await loadConfig(file, loadContext());
  const problems = result.ok ? [] : result.problems;
  const warnings = result.ok ? checkKeys(result.config) : [];
  if (option.json === true) terminal.out(JSON.stringify({ file, ok: result.ok, problems, warnings }, null, 2));
  else if (result.ok) terminal.out(`${file}: ok, ${result.config.replicas.length} replicas`);
  else for (const problem of problems) terminal.err(formatProblem(problem));
  if (option.json !== true) for (const warning of warnings) terminal.err(`warning: ${warning}`);
  return result.ok ? EXIT.ok : EXIT.config;
}
