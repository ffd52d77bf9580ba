import { textIn, type AnswerHead, type FinishedChoice } from '../openai/answer.ts';
import type { ApiError } from '../openai/errors.ts';
import type { Usage } from '../openai/usage.ts';

/** An error as vLLM tells it there; what its framework refuses keeps OpenAI's shape. */
export function messageError({ type, message, param, status }: ApiError): string {
  return type === 'Bad Request'
    ? JSON.stringify({ error: { message, type, param, code: status } })
    : JSON.stringify({ type: 'error', error: { type, message } });
}

/** The body of a message that is not streamed. What an aborted one ended with is left out. */
export function messageAnswer(head: AnswerHead, [choice]: readonly FinishedChoice[], usage: Usage): string {
  const told = choice?.told ?? [];
  const thought = textIn(told, 'reasoning');
  const text = textIn(told, 'content');
  const name = textIn(told, 'tool_name');
  const input: unknown = name === '' ? undefined : JSON.parse(textIn(told, 'tool_arguments') || '{}');
  return JSON.stringify({
    id: head.id,
    type: 'message',
    role: 'assistant',
    content: [
      ...(thought === '' ? [] : [{ type: 'thinking', thinking: thought, signature: 'simulated' }]),
      ...(text === '' ? [] : [{ type: 'text', text }]),
      ...(name === '' ? [] : [{ type: 'tool_use', id: toolUseId(head), name, input }]),
    ],
    model: head.model,
    ...stopOf(choice),
    usage: messageUsage(usage),
  });
}

type Stop = Readonly<Record<string, string | undefined>>;

/** Why a message ended, in Anthropic's words; nothing where nobody meant it to. */
export function stopOf(choice: Omit<FinishedChoice, 'told'> | undefined): Stop {
  switch (choice?.end) {
    case 'length':
      return { stop_reason: 'max_tokens' };
    case 'tool_calls':
      return { stop_reason: 'tool_use' };
    case 'stop':
      return choice.stoppedBy === undefined
        ? { stop_reason: 'end_turn' }
        : { stop_reason: 'stop_sequence', stop_sequence: choice.stoppedBy };
    case 'abort':
    case undefined:
      return {};
  }
}

export const messageUsage = ({ promptTokens, completionTokens }: Usage): unknown => ({
  input_tokens: promptTokens,
  output_tokens: completionTokens,
});

export const toolUseId = (head: AnswerHead): string =>
  `chatcmpl-tool-${Bun.hash(head.id).toString(16).padStart(16, '0')}`;
