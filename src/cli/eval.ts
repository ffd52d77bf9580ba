import type { Command } from 'commander';
import { formatProblem, isShippedSet, parsePromptSet, SHIPPED_SETS } from '../config/index.ts';
import type { EvalEnding, EvalRequest, ReplicaEvalReport } from '../control/index.ts';
import type { CommandTools, JsonOption } from './command.ts';
import { CommandExit, findNode, type NodeOption } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { withProgress } from './progress.ts';
import { formatTable } from './table.ts';
import { formatDuration, type Terminal } from './terminal.ts';

export function addEval(program: Command, { terminal, remote, json, ends }: CommandTools): void {
  json(remote(program.command('eval').description('ask running replicas a set of prompts and judge the answers')))
    .option('--pool <pool>', 'only the ready replicas of this pool')
    .option('--replica <replica>', 'only this replica')
    .option('--set <file>', `a file of prompts, or ${SHIPPED_SETS.join(' or ')} (default: the set of the config)`)
    .action((option: EvalOption) => ends(evaluate(option, terminal)));
}

/** Flags of `eval`. */
export interface EvalOption extends NodeOption, JsonOption {
  readonly pool?: string;
  readonly replica?: string;
  readonly set?: string;
}

/** `ssw-infer eval`: exit 0 where every replica passed, 1 where one did not or nobody could be asked, 78 for a bad file. */
export async function evaluate(option: EvalOption, terminal: Terminal): Promise<ExitCode> {
  const request = await requestOf(option, terminal);
  const node = await findNode(option);
  const ending = await withProgress('eval', terminal, (tell) => node.evaluate(request, tell));
  if (option.json === true) terminal.out(JSON.stringify(jsonOf(ending), null, 2));
  else if (ending.ok) terminal.out(formatEvaluation(ending.replicas, terminal.columns));
  else terminal.err(ending.message);
  return isPassed(ending) ? EXIT.ok : EXIT.failed;
}

const isPassed = (ending: EvalEnding): boolean => ending.ok && ending.replicas.every((it) => it.passed);

function jsonOf(ending: EvalEnding): unknown {
  return ending.ok ? { ok: true, passed: isPassed(ending), replicas: ending.replicas } : ending;
}

/** Reads the file here, as the one who asks, and tells what is wrong in it before anybody is asked. */
async function requestOf({ pool, replica, set }: EvalOption, terminal: Terminal): Promise<EvalRequest> {
  const whom = { ...(pool === undefined ? {} : { pool }), ...(replica === undefined ? {} : { replica }) };
  if (set === undefined) return whom;
  if (isShippedSet(set)) return { ...whom, set: { name: set } };
  const text = await Bun.file(set)
    .text()
    .catch((cause: unknown) => {
      terminal.err(`${set}: cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
      throw new CommandExit(EXIT.config);
    });
  const parsed = parsePromptSet(set, text);
  if (parsed.ok) return { ...whom, set: { name: set, text } };
  for (const problem of parsed.problems) terminal.err(formatProblem(problem));
  throw new CommandExit(EXIT.config);
}

/** Reports as a person reads them: a line for each replica, then one for each prompt that failed. */
function formatEvaluation(replicas: readonly ReplicaEvalReport[], columns: number | undefined): string {
  const rows = replicas.map((it) => [
    it.replica,
    it.pool,
    it.set,
    it.passed ? 'passed' : 'FAILED',
    `${it.prompts_passed}/${it.prompts_passed + it.prompts_failed}`,
    String(it.prompts_skipped),
    formatDuration(it.duration_ms),
  ]);
  return [
    formatTable([['REPLICA', 'POOL', 'SET', 'RESULT', 'PROMPTS', 'SKIPPED', 'TOOK'], ...rows], columns),
    ...replicas.flatMap((it) => failuresOf(it)),
  ].join('\n');
}

function failuresOf({ replica, prompts }: ReplicaEvalReport): string[] {
  const failed = prompts.filter((it) => it.outcome === 'failed');
  return failed.length === 0 ? [] : ['', ...failed.map((it) => `${replica} · ${it.prompt}: ${it.cause}`)];
}
