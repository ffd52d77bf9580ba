import type { Prompt, PromptSet } from '../config/index.ts';
import type { EvalReport, PromptReport, TryReport } from './report.ts';
import { standingOf, standingOfSet } from './tally.ts';

/** One prompt and what its tries came to so far. */
export interface Tried {
  readonly prompt: Prompt;
  readonly tries: TryReport[];
  /** The pool has what it needs. */
  readonly asked: boolean;
}

/** Whether nothing that is still to come can make the set pass. */
export const isLost = (set: PromptSet, all: readonly Tried[]): boolean =>
  standingOfSet(set, all.filter((it) => it.asked).map(standing)) === 'lost';

/** The report of a set that is over. */
export function reportOf(set: PromptSet, all: readonly Tried[], durationMs: number): EvalReport {
  const passed = standingOfSet(set, all.filter((it) => it.asked).map(standing)) === 'passed';
  const prompts = all.map(promptReport);
  const count = (outcome: PromptReport['outcome']) => prompts.filter((it) => it.outcome === outcome).length;
  return {
    set: set.name,
    passed,
    cause: passed ? null : causeOf(set, prompts),
    prompts_passed: count('passed'),
    prompts_failed: count('failed'),
    prompts_skipped: count('skipped'),
    duration_ms: Math.round(durationMs),
    prompts,
  };
}

function standing({ prompt, tries }: Tried) {
  const passed = tries.filter((it) => it.passed).length;
  return { prompt, standing: standingOf(prompt, { passed, failed: tries.length - passed }) };
}

function promptReport(it: Tried): PromptReport {
  const { prompt, tries } = it;
  const { standing: stands } = standing(it);
  const outcome = it.asked && stands !== 'open' ? stands : 'skipped';
  return {
    prompt: prompt.name,
    outcome,
    required: prompt.required,
    cause: outcome === 'failed' ? causeOfPrompt(tries) : null,
    tries,
  };
}

/** Prompts told one by one in a cause; of more only the number. */
const PROMPTS_TOLD_MAX = 3;

function causeOf({ name }: PromptSet, prompts: readonly PromptReport[]): string {
  const failed = prompts.filter((it) => it.outcome === 'failed');
  if (failed.length === 0) return `eval ${name}: no prompt could be asked; a pool without a tool parser needs others`;
  const told = failed
    .slice(0, PROMPTS_TOLD_MAX)
    .map((it) => `${it.prompt}: ${it.cause}`)
    .join('; ');
  const rest = failed.length > PROMPTS_TOLD_MAX ? `; and ${failed.length - PROMPTS_TOLD_MAX} more` : '';
  return `eval ${name}: ${failed.length} of ${prompts.length} prompts failed: ${told}${rest}`;
}

/** `contains has no "Paris", said "!!!!!!"`, of the first try that failed. */
function causeOfPrompt(tries: readonly TryReport[]): string {
  const failed = tries.find((it) => !it.passed);
  const [failure] = failed?.failures ?? [];
  const said = failed?.excerpt ?? null;
  const words = failure === undefined ? 'failed' : `${failure.check} ${failure.why}`;
  return said === null ? words : `${words}, said ${JSON.stringify(said)}`;
}
