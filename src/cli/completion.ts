import { Argument, type Command } from 'commander';
import { delay, systemClock } from '../telemetry/index.ts';
import type { CommandTools } from './command.ts';
import {
  complete,
  COMPLETION_SCRIPTS,
  DIRECTORIES,
  FILES,
  SHELLS,
  type Completion,
  type Shell,
} from './completion/index.ts';
import { findNode, type NodeOption } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** How long a shell is kept waiting for names that the node knows. */
const NODE_PATIENCE_MS = 1000;

export function addCompletion(program: Command, { terminal, ends }: CommandTools): void {
  program
    .command('completion')
    .description('a script that makes a shell complete command lines: source <(ssw-infer completion bash)')
    .addArgument(new Argument('<shell>', 'whose').choices(SHELLS))
    .action((shell: Shell) => ends(completion(shell, terminal)));
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action((words: readonly string[]) => ends(completeLine(program, words, terminal)));
}

/** `ssw-infer completion SHELL`: the script. */
function completion(shell: Shell, terminal: Terminal): ExitCode {
  terminal.out(COMPLETION_SCRIPTS[shell].trimEnd());
  return EXIT.ok;
}

/** `ssw-infer complete -- WORDS`: what the scripts ask. */
async function completeLine(program: Command, words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const found = complete(program, words);
  const typed = words.at(-1) ?? '';
  const asked = await answer(found.ask, words);
  const values = asked
    .map((value) => ({ value, description: '' }))
    .filter((it) => `${found.prefix}${it.value}`.startsWith(typed));
  for (const { value, description } of [...found.candidates, ...values])
    terminal.out(`${found.prefix}${value}\t${description}`);
  if (found.ask === 'files') terminal.out(FILES);
  if (found.ask === 'directories') terminal.out(DIRECTORIES);
  return EXIT.ok;
}

/** Names that the running node knows; none where there is no node, or it takes long. */
async function answer(ask: Completion['ask'], words: readonly string[]): Promise<readonly string[]> {
  if (ask !== 'replicas' && ask !== 'pools') return [];
  const report = await Promise.race([
    findNode(nodeOptionIn(words)).then((it) => it.status()),
    delay(systemClock, NODE_PATIENCE_MS),
  ]).catch(() => undefined);
  return report === undefined || report === null ? [] : report[ask].map((it) => it.name);
}

/** `--config` and `--socket` as they stand in an unfinished line. */
function nodeOptionIn(words: readonly string[]): NodeOption {
  const valueOf = (flag: string) => {
    const at = words.indexOf(flag);
    return at === -1 ? words.find((it) => it.startsWith(`${flag}=`))?.slice(flag.length + 1) : words[at + 1];
  };
  const [config, socket] = [valueOf('--config'), valueOf('--socket')];
  return { ...(config === undefined ? {} : { config }), ...(socket === undefined ? {} : { socket }) };
}
