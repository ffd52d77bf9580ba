import type { Plan } from '../reply/plan.ts';
import { bad, good, maxTokensTooLarge, promptTooLong, unknownModel, type Outcome } from './errors.ts';
import type { Fields } from './json.ts';
import type { Sampling } from './sampling.ts';

/** What requests are checked against. */
export interface ModelFacts {
  readonly servedNames: readonly [string, ...string[]];
  readonly maxModelLen: number;
  /** Auto tool choice is on, with a parser. */
  readonly autoToolChoice: boolean;
  /** A reasoning parser is set. */
  readonly reasoningParser: boolean;
  readonly thinksByDefault: boolean;
  readonly seed: number;
  /** A prompt with this text in it kills the core that reaches it. */
  readonly poison: string | undefined;
  /** Its weights are broken. */
  readonly rubbish?: boolean;
}

/** Why a sequence ended, as its client reads it. */
export type End = 'stop' | 'length' | 'tool_calls' | 'abort';

/** One sequence to generate. */
export interface Choice {
  readonly promptTokens: number;
  readonly poisoned: boolean;
  readonly outputTokens: number;
  readonly plan: Plan;
  /** How it ends when nothing else ends it. */
  readonly end: End;
}

/** A checked request, ready to run. */
export interface GenerationRequest {
  readonly api: 'chat' | 'text' | 'responses' | 'messages';
  readonly sampling: Sampling;
  /** Of all prompts, each counted once whatever `n` is. */
  readonly promptTokens: number;
  readonly choices: readonly Choice[];
  readonly logprobs: boolean;
  /** The body, as it was sent. */
  readonly fields: Fields;
}

/** The model asked for must be one that is served; none at all is accepted. */
export function checkModel(model: string | undefined, facts: ModelFacts): Outcome<undefined> {
  const served = model === undefined || facts.servedNames.includes(model);
  return served ? good(undefined) : bad(unknownModel(model));
}

/** How many tokens a prompt leaves for its answer: what was asked for, else the rest of the context. */
export function outputLimit(
  promptTokens: number,
  { maxTokens }: Sampling,
  { maxModelLen }: ModelFacts,
): Outcome<number> {
  if (maxTokens !== undefined && maxTokens > maxModelLen) return bad(maxTokensTooLarge(maxTokens, maxModelLen));
  if (promptTokens + (maxTokens ?? 1) > maxModelLen)
    return bad(promptTooLong(promptTokens, maxTokens ?? 1, maxModelLen));
  return good(maxTokens ?? maxModelLen - promptTokens);
}

/** What a choice takes from its prompt. */
export type PromptFacts = Pick<Choice, 'promptTokens' | 'poisoned'>;

export const promptFacts = (text: string, promptTokens: number, { poison }: ModelFacts): PromptFacts => ({
  promptTokens,
  poisoned: poison !== undefined && text.includes(poison),
});

/** Fits a plan into its limit. */
export function fitPlan(plan: Plan, prompt: PromptFacts, limit: number, { minTokens, ignoreEos }: Sampling): Choice {
  const natural = Math.max(plan.naturalTokens, minTokens);
  if (ignoreEos || natural > limit) return { ...prompt, outputTokens: limit, plan, end: 'length' };
  const end = plan.opening[0]?.channel === 'tool_name' ? 'tool_calls' : 'stop';
  return { ...prompt, outputTokens: natural, plan, end };
}
