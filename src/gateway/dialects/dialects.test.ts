import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { apiError, ERRORS } from '../errors/errors.ts';
import { COMPLETIONS } from './completions.ts';
import { eachEvent, lastEventName } from './events.ts';
import { MESSAGES } from './messages.ts';
import { RESPONSES } from './responses.ts';

const DIALECTS = { completions: COMPLETIONS, messages: MESSAGES, responses: RESPONSES };
const NOTHING = Buffer.alloc(0);
const failed = apiError('engine_failed', {});

describe.each(Object.entries(DIALECTS))('%s', (_, dialect) => {
  test('its own error event is one event, breaks a stream and completes none', () => {
    const event = Buffer.from(dialect.errorEvent(failed, NOTHING));
    const [only, ...others] = [...eachEvent(event)];
    expect(others).toEqual([]);
    expect(dialect.looksBroken(event)).toBe(true);
    expect(dialect.eventError(only?.data ?? '')).toMatchObject({ failure: 'engine_error' });
    expect(dialect.isComplete(event)).toBe(false);
  });

  test('what keeps a stream alive is one event that means nothing', () => {
    const event = Buffer.from(dialect.keepAlive);
    expect([...eachEvent(event)]).toHaveLength(1);
    expect([dialect.isComplete(event), dialect.looksBroken(event), dialect.isAnnouncement(event)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('whatever JSON an engine sends, nothing throws', () => {
    const keys = fc.constantFrom('type', 'error', 'choices', 'delta', 'response', 'status', 'stop_reason');
    const words = fc.constantFrom<unknown>('error', 'message', 'message_delta', 'cancelled', null, 5, [], [null], {});
    const json = fc.oneof(fc.jsonValue(), fc.dictionary(keys, fc.oneof(words, fc.dictionary(keys, words))));
    fc.assert(
      fc.property(json, (value) => {
        const text = JSON.stringify(value);
        dialect.eventError(text);
        dialect.documentError(Buffer.from(text));
        dialect.isComplete(Buffer.from(`data: ${text}\n\n`));
      }),
    );
  });

  test('bytes that are no events are not taken for an end', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(dialect.isComplete(Buffer.from(bytes))).toBe(false);
        expect(dialect.isAnnouncement(Buffer.from(bytes))).toBe(false);
      }),
    );
  });
});

test.each([
  ['event: a\ndata: 1\n\n', 'a'],
  ['event: a\r\ndata: 1\r\n\r\n', 'a'],
  ['event: a\ndata: 1\n\nevent: b\ndata: 2\n\n', 'b'],
  ['data: 1\n\n', undefined],
  ['data: event: a\ndata: 2\n\n', undefined],
  ['\n\n', undefined],
  ['', undefined],
])('the name of the last of %j', (events, name) => {
  expect(lastEventName(Buffer.from(events))).toBe(name);
});

test.each(Object.values(ERRORS).map(({ status }) => status))('Anthropic has a type for status %d', (status) => {
  const error = { message: 'm', type: 't', param: null, code: 'c' };
  expect(MESSAGES.refusal({ status, error })).toMatchObject({
    status,
    body: { type: 'error', error: { message: 'm', type: expect.stringMatching(/^[a-z_]+$/) } },
  });
});

test('an error in a response is numbered as what comes next', () => {
  const before = Buffer.from('data: {"sequence_number":6}\n\nevent: x\ndata: {"sequence_number":7}\n\n');
  expect(RESPONSES.errorEvent(failed, before)).toContain('"sequence_number":8,');
  expect(RESPONSES.errorEvent(failed, NOTHING)).toContain('"sequence_number":0,');
});
