import { Command } from 'commander';
import { addCheck } from './check.ts';
import { createCommandTools, type CommandTools } from './command.ts';
import { addEval } from './eval.ts';
import { addCompletion } from './completion.ts';
import { addHistory } from './history.ts';
import { addKeys } from './keys-commands.ts';
import { addLogs } from './logs.ts';
import { addMan } from './man.ts';
import { addOperations } from './operate.ts';
import { addPlan } from './plan.ts';
import { addQuarantine } from './quarantine.ts';
import { addQueue } from './queue.ts';
import { addReload } from './reload.ts';
import { addRollout } from './rollout.ts';
import { addRunbook } from './runbook.ts';
import { addSchema } from './schema.ts';
import { addServe } from './serve.ts';
import { addSimEngine } from './sim-engine.ts';
import { addStatus } from './status.ts';
import { addSwap } from './swap.ts';
import type { Terminal } from './terminal.ts';
import { addVersion } from './version.ts';

/**
 * All commands, in the order of `--help`. A command is one file: a function that does it and resolves with its exit code,
 * and beside it `addX(program, tools)`, which declares name, description, options and action:
 *
 *     export function addHistory(program: Command, { terminal, remote, json, ends }: CommandTools): void {
 *       json(remote(program.command('history').description('the last transitions of a replica')))
 *         .argument('<replica>')
 *         .action((replica: string, option: NodeOption & JsonOption) => ends(history(replica, option, terminal)));
 *     }
 *
 * Help, shell completion and man page are made from these declarations. A value is completed by the name between its
 * brackets: `<replica>` and `<pool>` from the running node, `<file>` and `<directory>` from the disk; `choices()` by themselves.
 */
const COMMANDS: readonly ((program: Command, tools: CommandTools) => void)[] = [
  addServe,
  addCheck,
  addPlan,
  addStatus,
  addLogs,
  addHistory,
  addQuarantine,
  addQueue,
  addReload,
  addSwap,
  addRollout,
  addOperations,
  addEval,
  addKeys,
  addRunbook,
  addSchema,
  addCompletion,
  addMan,
  addVersion,
  addSimEngine,
];

/** The whole program. `exit` is told the code of the command that ran. */
export function createProgram(terminal: Terminal, exit: (code: number) => void): Command {
  const program = new Command('ssw-infer')
    .description('Owns a GPU host: supervises vLLM engines, queues in Redis, serves the OpenAI API.')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    });
  const tools = createCommandTools(terminal, exit);
  for (const add of COMMANDS) add(program, tools);
  return program;
}
