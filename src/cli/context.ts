import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { formatProblem, loadConfig, locateConfig, locateControlSocket, type Config } from '../config/index.ts';
import { createControlClient, type ControlClient } from '../control/index.ts';
import { loadContext } from '../node/index.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** A command ends early with this code, its reason already told. */
export class CommandExit extends Error {
  readonly code: ExitCode;
  constructor(code: ExitCode) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** The option that every command has which needs the config. */
export interface ConfigOption {
  readonly config?: string;
}

/** Loads the config a command shall use; tells every problem and exits 78 where there is one. */
export async function requireConfig(option: ConfigOption, terminal: Terminal): Promise<Config> {
  const result = await loadConfig(locateConfig(option.config, process.env, existsSync), loadContext());
  if (result.ok) return result.config;
  for (const problem of result.problems) terminal.err(formatProblem(problem));
  throw new CommandExit(EXIT.config);
}

/**
 * The installed service's socket, for a shell, which lacks the unit's `RUNTIME_DIRECTORY`. It is there where its folder is:
 * who may not look into that is told so by asking.
 */
const INSTALLED_SOCKET = '/run/ssw-infer/ctl.sock';

/** The options of every command that talks to a running node. */
export interface NodeOption extends ConfigOption {
  readonly socket?: string;
}

/** The running node: on `--socket`, else where the config puts it, else where the installed service has it. */
export async function findNode(option: NodeOption): Promise<ControlClient> {
  return createControlClient(option.socket ?? (await locateSocket(option)));
}

async function locateSocket(option: ConfigOption): Promise<string> {
  const socket = await locateControlSocket(locateConfig(option.config, process.env, existsSync), loadContext());
  return !existsSync(socket) && existsSync(dirname(INSTALLED_SOCKET)) ? INSTALLED_SOCKET : socket;
}
