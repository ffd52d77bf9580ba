/** One call of a function in an answer. `arguments` is the text that came, JSON or not. */
export interface ToolCall {
  readonly name: string;
  readonly arguments: string;
}

/** What an engine said, of either API. */
export interface Answer {
  /** Without what it thought aloud before it. */
  readonly text: string;
  readonly finishReason: string | undefined;
  readonly toolCalls: readonly ToolCall[];
  readonly usage: { readonly prompt: number; readonly completion: number; readonly total: number } | undefined;
}

export type AnswerRead =
  { readonly ok: true; readonly answer: Answer } | { readonly ok: false; readonly cause: string };

/** Reads the body of a chat completion or a completion, not streamed. */
export function readAnswer(body: string): AnswerRead {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return { ok: false, cause: 'the answer is no JSON' };
  }
  const choice = isRecord(document) && Array.isArray(document['choices']) ? document['choices'][0] : undefined;
  if (!isRecord(document) || !isRecord(choice)) return { ok: false, cause: 'the answer has no choice' };
  const message = isRecord(choice['message']) ? choice['message'] : undefined;
  const said = message === undefined ? choice['text'] : message['content'];
  return {
    ok: true,
    answer: {
      text: withoutThought(typeof said === 'string' ? said : ''),
      finishReason: typeof choice['finish_reason'] === 'string' ? choice['finish_reason'] : undefined,
      toolCalls: toolCallsOf(message?.['tool_calls']),
      usage: usageOf(document['usage']),
    },
  };
}

/** Models that think and have no reasoning parser think in the text; some templates open the tag in the prompt. */
const THOUGHT_ENDS = '</think>';

function withoutThought(text: string): string {
  const end = text.lastIndexOf(THOUGHT_ENDS);
  return end === -1 ? text : text.slice(end + THOUGHT_ENDS.length);
}

function toolCallsOf(calls: unknown): readonly ToolCall[] {
  if (!Array.isArray(calls)) return [];
  return calls.flatMap((call: unknown) => {
    const called = isRecord(call) && isRecord(call['function']) ? call['function'] : undefined;
    if (typeof called?.['name'] !== 'string') return [];
    return [{ name: called['name'], arguments: typeof called['arguments'] === 'string' ? called['arguments'] : '' }];
  });
}

function usageOf(usage: unknown): Answer['usage'] {
  if (!isRecord(usage)) return undefined;
  const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = usage;
  return typeof prompt === 'number' && typeof completion === 'number' && typeof total === 'number'
    ? { prompt, completion, total }
    : undefined;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
