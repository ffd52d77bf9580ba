import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { propertyRuns } from '../../../queue/fixtures/property-runs.ts';
import { MESSAGES } from '../../dialects/messages.ts';
import { RESPONSES } from '../../dialects/responses.ts';
import { scanFor, type RuleInput } from '../fixtures/rules.ts';
import { isRecord, type JsonRecord } from '../../body/json.ts';
import { createEventsFilter, filterDocument, filterFor } from './filter-events.ts';
import type { Dialect } from '../../dialects/dialect.ts';

const CARD = { pattern: '\\d{4}-\\d{4}', replacement: '[card]' };
const REFUSED = { words: ['falcon'], action: 'refuse' } as const;
const written = (events: readonly JsonRecord[]) =>
  events.map((it) => `event: ${String(it['type'])}\ndata: ${JSON.stringify(it)}\n\n`).join('');

/** What a client reads of a stream. */
function filtered(dialect: Dialect, rule: RuleInput, events: readonly JsonRecord[]) {
  const filter = createEventsFilter(filterFor(dialect, scanFor(rule), 1));
  const text = filter.push(Buffer.from(written(events))).toString();
  const seen = text
    .split('\n\n')
    .filter((it) => it !== '')
    .map((it): JsonRecord => JSON.parse(it.slice(it.indexOf('data: ') + 'data: '.length)));
  return { seen, text, isOver: filter.isOver() };
}

describe('Messages', () => {
  const message = (pieces: readonly string[]): JsonRecord[] => [
    { type: 'message_start', message: { id: 'm', content: [] } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...pieces.map((text) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } },
    { type: 'message_stop' },
  ];
  const textOf = (seen: readonly JsonRecord[]) => seen.map((it) => textIn(it['delta'])).join('');

  const textIn = (delta: unknown) => (isRecord(delta) && typeof delta['text'] === 'string' ? delta['text'] : '');

  test('what was held of a block goes out before its end', () => {
    const { seen, isOver } = filtered(MESSAGES, CARD, message(['pay 41', '11-1111', ' or 41']));
    expect([textOf(seen), isOver]).toEqual(['pay [card] or 41', false]);
    expect(seen.map((it) => it['type']).slice(-4)).toEqual([
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
  });
  test('a refused one ends with stop_reason refusal', () => {
    const { seen, isOver } = filtered(MESSAGES, REFUSED, message(['the ', 'Fal', 'con is', ' late']));
    expect([textOf(seen), isOver]).toEqual(['the ', true]);
    expect(seen.slice(-3)).toMatchObject([
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'refusal' } },
      { type: 'message_stop' },
    ]);
  });
  test('a stream that no rule touches passes as it came', () => {
    const events = message(['hello', ' there']);
    expect(filtered(MESSAGES, CARD, events).text).toBe(written(events));
  });
  test('of a whole one every block is looked at, tool calls too', () => {
    const content = [
      { type: 'text', text: 'pay 4111-1111' },
      { type: 'tool_use', id: '1111-1111', name: 'pay', input: { to: { card: '4111-1111' } } },
    ];
    const body = Buffer.from(JSON.stringify({ type: 'message', content, stop_reason: 'end_turn' }));
    const answer: unknown = JSON.parse(filterDocument(body, filterFor(MESSAGES, scanFor(CARD), 1)).toString());
    expect(answer).toEqual({
      type: 'message',
      content: [
        { type: 'text', text: 'pay [card]' },
        { type: 'tool_use', id: '1111-1111', name: 'pay', input: { to: { card: '[card]' } } },
      ],
      stop_reason: 'end_turn',
    });
  });
});

describe('Responses', () => {
  const place = { item_id: 'i', output_index: 0, content_index: 0 };
  const response = (pieces: readonly string[]): JsonRecord[] => {
    const text = pieces.join('');
    const item = { id: 'i', type: 'message', content: [{ type: 'output_text', text }] };
    return [
      { type: 'response.created', response: { id: 'r', status: 'in_progress', output: [] } },
      { type: 'response.output_item.added', output_index: 0, item: { ...item, content: [] } },
      ...pieces.map((delta) => ({ type: 'response.output_text.delta', ...place, delta })),
      { type: 'response.output_text.done', ...place, text },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response: { id: 'r', status: 'completed', output: [item] } },
    ].map((it, index) => ({ ...it, sequence_number: index }));
  };
  const deltas = (seen: readonly JsonRecord[]) =>
    seen.map((it) => (typeof it['delta'] === 'string' ? it['delta'] : '')).join('');
  const numbers = (seen: readonly JsonRecord[]) => seen.map((it) => it['sequence_number']);
  const counting = (seen: readonly JsonRecord[]) => seen.map((_, index) => index);

  test('deltas and whole texts say the same, and the numbers go on', () => {
    const { seen } = filtered(RESPONSES, CARD, response(['pay 41', '11-1111', ' or 41']));
    expect(deltas(seen)).toBe('pay [card] or 41');
    expect(numbers(seen)).toEqual(counting(seen));
    expect(seen.filter((it) => JSON.stringify(it).includes('1111'))).toEqual([]);
    expect(seen.at(-1)).toMatchObject({ response: { output: [{ content: [{ text: 'pay [card] or 41' }] }] } });
  });
  test('a refused one ends incomplete', () => {
    const { seen, isOver } = filtered(RESPONSES, REFUSED, response(['the ', 'Fal', 'con is', ' late']));
    expect([deltas(seen), isOver]).toEqual(['the ', true]);
    expect(numbers(seen)).toEqual(counting(seen));
    expect(seen.at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: { id: 'r', status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
    });
  });
  test('a stream that no rule touches passes as it came', () => {
    const events = response(['hello', ' there']);
    expect(filtered(RESPONSES, CARD, events).text).toBe(written(events));
  });
  test('however the text is cut, a client reads the same', () => {
    const piece = fc.array(fc.constantFrom('4', '1', '-', 'x', '1111'), { maxLength: 6 }).map((it) => it.join(''));
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
        const { seen } = filtered(RESPONSES, CARD, response(pieces));
        const whole = filtered(RESPONSES, CARD, response([pieces.join('')])).seen;
        expect(deltas(seen)).toBe(deltas(whole));
        expect(numbers(seen)).toEqual(counting(seen));
      }),
      { numRuns: propertyRuns(200) },
    );
  });
});
