import type { AnswerHead } from '../openai/answer.ts';
import type { Chunks } from '../openai/chunks.ts';
import type { Channel, Piece } from '../reply/piece.ts';
import { itemId, opened, outputOf, responseObject, textPart, type Status } from './answer.ts';

type Kind = 'message' | 'reasoning' | 'function_call';

const KINDS: Readonly<Record<Channel, Kind>> = {
  content: 'message',
  reasoning: 'reasoning',
  tool_name: 'function_call',
  tool_arguments: 'function_call',
};

/** The events of a streamed response, numbered. */
export function responseEvents(head: AnswerHead): Chunks {
  const told: Piece[] = [];
  let number = 0;
  let status: Status = 'completed';
  let kind: Kind | undefined;
  let index = -1;
  let text = '';

  const event = (type: string, fields: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ ...fields, sequence_number: number++, type })}\n\n`;
  const at = (of: Kind) => ({ item_id: itemId(head, of), output_index: index });
  const item = (of: Kind) => outputOf(head, told).find((it) => it['type'] === of) ?? {};

  const open = (of: Kind): string => {
    const closed = close();
    kind = of;
    index += 1;
    text = '';
    const added = event('response.output_item.added', { item: opened(item(of)), output_index: index });
    const part = { content_index: 0, ...at(of), part: { ...textPart(''), logprobs: [] } };
    return closed + added + (of === 'message' ? event('response.content_part.added', part) : '');
  };
  function close(): string {
    if (kind === undefined) return '';
    const of = kind;
    kind = undefined;
    const ended = endOf(of, { content_index: 0, ...at(of) });
    return ended + event('response.output_item.done', { item: item(of), output_index: index });
  }
  function endOf(of: Kind, where: object): string {
    if (of === 'function_call') return event('response.function_call_arguments.done', { arguments: text, ...at(of) });
    if (of === 'reasoning') return event('response.reasoning_text.done', { ...where, text });
    const ended = event('response.output_text.done', { ...where, logprobs: [], text });
    return ended + event('response.content_part.done', { ...where, part: textPart(text) });
  }
  const tellPiece = (piece: Piece): string => {
    const of = KINDS[piece.channel];
    told.push(piece);
    const begun = kind === of ? '' : open(of);
    if (piece.channel === 'tool_name') return begun;
    text += piece.text;
    return (
      begun +
      event(DELTAS[of], { ...(of === 'function_call' ? {} : { content_index: 0 }), delta: piece.text, ...at(of) })
    );
  };

  return {
    begin: () => {
      const response = responseObject(head, 'in_progress', []);
      return event('response.created', { response }) + event('response.in_progress', { response });
    },
    open: () => '',
    tell: (_, pieces) => pieces.map(tellPiece).join(''),
    finish(_, pieces, { end }) {
      if (end === 'length') status = 'incomplete';
      return pieces.map(tellPiece).join('') + close();
    },
    end: (usage) =>
      event('response.completed', { response: responseObject(head, status, outputOf(head, told), usage) }),
    fail: () => undefined,
  };
}

const DELTAS: Readonly<Record<Kind, string>> = {
  message: 'response.output_text.delta',
  reasoning: 'response.reasoning_text.delta',
  function_call: 'response.function_call_arguments.delta',
};
