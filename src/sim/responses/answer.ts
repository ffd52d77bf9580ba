import { textIn, type AnswerHead, type FinishedChoice } from '../openai/answer.ts';
import { isRecord, type Fields } from '../openai/json.ts';
import type { Usage } from '../openai/usage.ts';
import type { Piece } from '../reply/piece.ts';

/** How far a response has come. */
export type Status = 'in_progress' | 'completed' | 'incomplete';

/** The body of a response that is not streamed. */
export function responseAnswer(head: AnswerHead, [choice]: readonly FinishedChoice[], usage: Usage): string {
  const status = choice?.end === 'length' ? 'incomplete' : 'completed';
  return JSON.stringify(responseObject(head, status, outputOf(head, choice?.told ?? []), usage));
}

/** A response as vLLM 0.32.0 writes it: it repeats what was asked. */
export function responseObject(head: AnswerHead, status: Status, output: readonly unknown[], usage?: Usage): Fields {
  const asked = head.fields;
  const said = (name: string, otherwise: unknown): unknown => asked[name] ?? otherwise;
  return {
    id: head.id,
    created_at: head.createdUnixS,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    instructions: said('instructions', null),
    metadata: said('metadata', null),
    model: head.model,
    object: 'response',
    output,
    parallel_tool_calls: said('parallel_tool_calls', true),
    temperature: said('temperature', 1),
    tool_choice: said('tool_choice', 'none'),
    tools: said('tools', []),
    top_p: said('top_p', 1),
    background: false,
    max_output_tokens: said('max_output_tokens', null),
    previous_response_id: null,
    service_tier: said('service_tier', 'auto'),
    status,
    text: said('text', null),
    truncation: 'disabled',
    usage: usage === undefined ? null : usageOf(usage),
    user: said('user', null),
  };
}

const usageOf = ({ promptTokens, completionTokens }: Usage): unknown => ({
  input_tokens: promptTokens,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: completionTokens,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: promptTokens + completionTokens,
});

/** What an answer is made of, in order. */
export function outputOf(head: AnswerHead, told: readonly Piece[]): readonly Fields[] {
  const thought = textIn(told, 'reasoning');
  const text = textIn(told, 'content');
  const name = textIn(told, 'tool_name');
  return [
    ...(thought === '' ? [] : [reasoningItem(head, thought)]),
    ...(text === '' ? [] : [messageItem(head, text)]),
    ...(name === '' ? [] : [callItem(head, name, textIn(told, 'tool_arguments'))]),
  ];
}

export const textPart = (text: string): Fields => ({ annotations: [], text, type: 'output_text', logprobs: null });

const messageItem = (head: AnswerHead, text: string): Fields => ({
  id: itemId(head, 'message'),
  content: [textPart(text)],
  role: 'assistant',
  status: 'completed',
  type: 'message',
});

const reasoningItem = (head: AnswerHead, text: string): Fields => ({
  id: itemId(head, 'reasoning'),
  summary: [],
  type: 'reasoning',
  content: [{ text, type: 'reasoning_text' }],
  status: 'completed',
});

const callItem = (head: AnswerHead, name: string, args: string): Fields => ({
  arguments: args,
  call_id: itemId(head, 'call'),
  name,
  type: 'function_call',
  id: itemId(head, 'function_call'),
  status: 'completed',
});

const PREFIXES = { message: 'msg', reasoning: 'rs', call: 'call', function_call: 'fc' } as const;

export const itemId = (head: AnswerHead, kind: keyof typeof PREFIXES): string =>
  `${PREFIXES[kind]}_${Bun.hash(head.id).toString(16).padStart(16, '0')}`;

/** The same item before anything of it is known. */
export function opened(item: Fields): Fields {
  const empty = item['type'] === 'function_call' ? { arguments: '' } : { content: [] };
  return isRecord(item) ? { ...item, ...empty, status: 'in_progress' } : item;
}
