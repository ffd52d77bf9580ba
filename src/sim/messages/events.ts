import type { AnswerHead } from '../openai/answer.ts';
import type { Chunks } from '../openai/chunks.ts';
import { errorBody } from '../openai/errors.ts';
import type { Channel, Piece } from '../reply/piece.ts';
import { messageUsage, stopOf, toolUseId } from './answer.ts';

const BLOCKS: Readonly<Record<Channel, 'text' | 'thinking' | 'tool_use'>> = {
  content: 'text',
  reasoning: 'thinking',
  tool_name: 'tool_use',
  tool_arguments: 'tool_use',
};

/** The events of a streamed message. */
export function messageEvents(head: AnswerHead, promptTokens: number): Chunks {
  let index = -1;
  let block: (typeof BLOCKS)[Channel] | undefined;
  let stop: ReturnType<typeof stopOf> = {};

  const close = (): string => {
    if (block === undefined) return '';
    block = undefined;
    return event('content_block_stop', { index });
  };
  const open = (kind: (typeof BLOCKS)[Channel], name: string): string => {
    const closed = close();
    block = kind;
    index += 1;
    const started = {
      text: { text: '' },
      thinking: { thinking: '' },
      tool_use: { id: toolUseId(head), name, input: {} },
    };
    return closed + event('content_block_start', { content_block: { type: kind, ...started[kind] }, index });
  };
  const tellPiece = ({ channel, text }: Piece): string => {
    const kind = BLOCKS[channel];
    const opened = block === kind && channel !== 'tool_name' ? '' : open(kind, text);
    return channel === 'tool_name'
      ? opened
      : opened + event('content_block_delta', { delta: deltaOf(channel, text), index });
  };
  const tell = (told: readonly Piece[]): string => told.map(tellPiece).join('');

  return {
    begin: () => '',
    open: () => {
      const none = { content: [], stop_reason: null, stop_sequence: null };
      const usage = messageUsage({ promptTokens, completionTokens: 0 });
      const message = { id: head.id, type: 'message', role: 'assistant', model: head.model, ...none, usage };
      return event('message_start', { message });
    },
    tell: (_, told) => tell(told),
    finish(_, told, finished) {
      stop = stopOf(finished);
      return tell(told);
    },
    end: (usage) => {
      const delta = { stop_reason: stop['stop_reason'] ?? null, stop_sequence: stop['stop_sequence'] ?? null };
      return close() + event('message_delta', { delta, usage: messageUsage(usage) }) + event('message_stop', {});
    },
    // vLLM makes these events out of a chat's chunks, and cannot read the one that tells of an error.
    fail: (error) => {
      const message = `2 validation errors for ChatCompletionStreamResponse\nmodel\n  Field required [type=missing, input_value=${errorBody(error).slice(0, 20)}...]`;
      return event('error', { error: { type: 'internal_error', message } });
    },
  };
}

const event = (type: string, fields: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

function deltaOf(channel: Channel, text: string): unknown {
  if (channel === 'reasoning') return { type: 'thinking_delta', thinking: text };
  return channel === 'content' ? { type: 'text_delta', text } : { type: 'input_json_delta', partial_json: text };
}
