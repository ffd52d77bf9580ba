import { planReply, spoiled, type ReplyKind } from '../reply/plan.ts';
import { countTokens } from '../text/tokens.ts';
import { hashText } from '../text/words.ts';
import { bad, good, missingField, type Outcome } from './errors.ts';
import { formatOf } from './format.ts';
import {
  checkModel,
  fitPlan,
  outputLimit,
  promptFacts,
  type GenerationRequest,
  type ModelFacts,
} from './generation-request.ts';
import { isRecord, recordsOf, type Fields } from './json.ts';
import { readSampling } from './sampling.ts';
import { toolCallOf } from './tools.ts';

/** Checks the body of `/v1/chat/completions` in vLLM's order and settles the answer. */
export function readChat(fields: Fields, facts: ModelFacts): Outcome<GenerationRequest> {
  if (!Array.isArray(fields['messages'])) return bad(missingField('messages'));
  const sampling = readSampling(fields);
  if (!sampling.ok) return sampling;
  const model = checkModel(sampling.value.model, facts);
  if (!model.ok) return model;
  const meant = replyKind(fields, facts);
  if (!meant.ok) return meant;
  const kind = facts.rubbish === true ? spoiled(meant.value) : meant.value;

  const prompt = chatPrompt(fields);
  const promptTokens = countTokens(prompt);
  const limit = outputLimit(promptTokens, sampling.value, facts);
  if (!limit.ok) return limit;
  const choices = seeds(hashText(prompt, facts.seed + sampling.value.seed), sampling.value.choices).map((seed) =>
    fitPlan(planReply(kind, seed), promptFacts(prompt, promptTokens, facts), limit.value, sampling.value),
  );
  const logprobs = fields['logprobs'] === true;
  return good({ api: 'chat', sampling: sampling.value, promptTokens, choices, logprobs, fields });
}

/** The text a chat becomes: a ChatML template, with the tools before the messages. */
export function chatPrompt(fields: Fields): string {
  const messages = recordsOf(fields['messages']).map(
    (message) => `<|im_start|>${String(message['role'])}\n${messageText(message)}<|im_end|>\n`,
  );
  const tools = fields['tools'] === undefined ? '' : JSON.stringify(fields['tools']);
  return `${tools}${messages.join('')}<|im_start|>assistant\n`;
}

function messageText(message: Fields): string {
  const { content } = message;
  const calls = message['tool_calls'] === undefined ? '' : JSON.stringify(message['tool_calls']);
  if (typeof content === 'string') return content + calls;
  return recordsOf(content)
    .map((part) => (typeof part['text'] === 'string' ? part['text'] : ''))
    .join('')
    .concat(calls);
}

function replyKind(fields: Fields, facts: ModelFacts): Outcome<ReplyKind> {
  const call = toolCallOf(fields, facts.autoToolChoice);
  if (!call.ok) return call;
  if (call.value !== undefined) return good(call.value);
  const format = formatOf(fields);
  if (format !== undefined) return good(format);
  return good({ is: facts.reasoningParser && thinks(fields, facts) ? 'thought_then_prose' : 'prose' });
}

function thinks(fields: Fields, facts: ModelFacts): boolean {
  const template = isRecord(fields['chat_template_kwargs']) ? fields['chat_template_kwargs'] : {};
  const asked = template['enable_thinking'];
  return typeof asked === 'boolean' ? asked : facts.thinksByDefault;
}

/** One seed per choice; the first is the request's own, so that `n` does not change what `n: 1` answers. */
export const seeds = (seed: number, choices: number): readonly number[] =>
  Array.from({ length: choices }, (_, index) => (index === 0 ? seed : hashText(String(index), seed)));
