import type { Command } from 'commander';
import { awaitChange } from './change.ts';
import { notEmpty, type CommandTools, type JsonOption } from './command.ts';
import { findNode, type NodeOption } from './context.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

interface SwapOption extends NodeOption, JsonOption {
  readonly revision?: string;
  readonly wait?: true;
}

export function addSwap(program: Command, { terminal, remote, json, ends }: CommandTools): void {
  json(
    remote(
      program.command('swap').description('another model for a pool, on top of the file until that says something new'),
    ),
  )
    .argument('<pool>', '', notEmpty)
    .argument('<model>', 'model id or directory, as the pool key `model`', notEmpty)
    .option('--revision <revision>', 'as the pool key `revision`')
    .option('--wait', 'return when the pool has moved, or was taken back')
    .action((pool: string, model: string, option: SwapOption) => ends(swap(pool, model, option, terminal)));
}

/** `ssw-infer swap POOL MODEL`: the rollout of a reload, without editing the file. Exit codes as of `reload`. */
async function swap(pool: string, model: string, option: SwapOption, terminal: Terminal): Promise<ExitCode> {
  const node = await findNode(option);
  const request = { pool, model, revision: option.revision ?? null };
  const how = { wait: option.wait === true, json: option.json === true, terminal };
  return awaitChange(`swap ${pool}`, how, (tell) => node.swap(request, tell));
}
