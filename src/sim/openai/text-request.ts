import { planReply, spoiled } from '../reply/plan.ts';
import { countTokens, detokenize } from '../text/tokens.ts';
import { hashText } from '../text/words.ts';
import { seeds } from './chat-request.ts';
import { bad, good, missingField, type Outcome } from './errors.ts';
import { formatOf } from './format.ts';
import {
  checkModel,
  fitPlan,
  outputLimit,
  promptFacts,
  type Choice,
  type GenerationRequest,
  type ModelFacts,
} from './generation-request.ts';
import type { Fields } from './json.ts';
import { readSampling } from './sampling.ts';

interface Prompt {
  readonly text: string;
  readonly tokens: number;
}

/** A text completion's own default, unlike chat's (OpenAI API reference, `max_tokens`). */
const MAX_TOKENS_DEFAULT = 16;

/** Checks the body of `/v1/completions` and settles the answers: `n` for each prompt. */
export function readText(fields: Fields, facts: ModelFacts): Outcome<GenerationRequest> {
  const prompts = promptsOf(fields['prompt']);
  if (prompts.length === 0) return bad(missingField('prompt'));
  const read = readSampling(fields);
  if (!read.ok) return read;
  const model = checkModel(read.value.model, facts);
  if (!model.ok) return model;

  const sampling = { ...read.value, maxTokens: read.value.maxTokens ?? MAX_TOKENS_DEFAULT };
  const meant = formatOf(fields) ?? { is: 'prose' as const };
  const kind = facts.rubbish === true ? spoiled(meant) : meant;
  const choices: Choice[] = [];
  for (const { text, tokens } of prompts) {
    const limit = outputLimit(tokens, sampling, facts);
    if (!limit.ok) return limit;
    for (const seed of seeds(hashText(text, facts.seed + sampling.seed), sampling.choices))
      choices.push(fitPlan(planReply(kind, seed), promptFacts(text, tokens, facts), limit.value, sampling));
  }
  const promptTokens = prompts.reduce((sum, { tokens }) => sum + tokens, 0);
  const logprobs = typeof fields['logprobs'] === 'number';
  return good({ api: 'text', sampling, promptTokens, choices, logprobs, fields });
}

/** A prompt is a text or token ids; a list of either is as many prompts. */
function promptsOf(value: unknown): readonly Prompt[] {
  if (typeof value === 'string') return [{ text: value, tokens: Math.max(1, countTokens(value)) }];
  if (!Array.isArray(value) || value.length === 0) return [];
  const members: readonly unknown[] = value;
  if (members.every((member) => typeof member === 'number'))
    return [{ text: detokenize(members), tokens: members.length }];
  return members.flatMap(promptsOf);
}
