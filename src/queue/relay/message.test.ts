import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { propertyRuns } from '../fixtures/property-runs.ts';
import { PRIORITIES } from '../ticket.ts';
import { decode, encode, type Message } from './message.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const count = fc.nat();
/** A header called `__proto__` is left out on the way. */
const key = text.filter((it) => it !== '__proto__');
const record = <T>(value: fc.Arbitrary<T>) => fc.dictionary(key, value, { maxKeys: 5, noNullPrototype: true });
const claim = { from: text, claim: text };
const account = fc.record(
  {
    charge: fc.record({ tenant: text, priority: fc.constantFrom(...PRIORITIES), charge: fc.integer() }),
    rate: fc.record({ tenant: text, tokens: fc.integer(), tokensPerMinute: count }),
    used: fc.record({ prompt: count, completion: count, cached: count }),
    size: fc.record({ promptTokens: count, choices: count }),
  },
  { requiredKeys: ['size'] },
);

const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('body' as const, 'data' as const, 'credit' as const),
    ...claim,
    n: fc.nat({ max: 2 ** 48 - 1 }),
    bytes: fc.uint8Array({ maxLength: 300 }),
  }),
  fc.record({
    kind: fc.constant('ask' as const),
    ...claim,
    id: text,
    pool: text,
    origin: text,
    replica: text,
    alone: fc.boolean(),
    have: fc.integer({ min: -1 }),
  }),
  fc.record(
    {
      kind: fc.constant('over' as const),
      ...claim,
      outcome: fc.constantFrom('completed' as const, 'connection_broke' as const),
      account,
    },
    { requiredKeys: ['kind', 'from', 'claim'] },
  ),
  fc.record({ kind: fc.constant('run' as const), ...claim }),
  fc.record({
    kind: fc.constant('request' as const),
    ...claim,
    path: text,
    headers: record(text),
    bodyBytes: count,
    fingerprint: text,
  }),
  fc.record({ kind: fc.constant('abort' as const), ...claim }),
  fc.record({ kind: fc.constant('resize' as const), ...claim, tokens: fc.integer({ min: 1 }) }),
  fc.record({ kind: fc.constant('reply' as const), ...claim, status: count, headers: record(text) }),
  fc.record({
    kind: fc.constant('end' as const),
    ...claim,
    n: count,
    how: fc.constantFrom('whole' as const, 'reset' as const, 'timed_out' as const),
  }),
  fc.record({ kind: fc.constantFrom('still' as const, 'want' as const), from: text, claims: record(count) }),
  fc.record({
    kind: fc.constant('ended' as const),
    from: text,
    replica: text,
    ending: fc.constantFrom('asked' as const, 'unasked' as const),
  }),
  fc.record({ kind: fc.constant('quarantine' as const), from: text, pool: text }),
  fc.record({ kind: fc.constant('cancel' as const), from: text, id: text }),
);

test('what is written is what is read', () => {
  fc.assert(
    fc.property(message, (it) => {
      expect(decode(encode(it))).toEqual(it);
    }),
    { numRuns: propertyRuns(1_000) },
  );
});

test('what is cut off, garbled or of another version is no message, and no error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      decode(bytes);
    }),
    { numRuns: propertyRuns(1_000) },
  );
  const data = encode({ kind: 'data', from: 'a', claim: 'c', n: 1, bytes: new Uint8Array() });
  for (let length = 0; length < data.length; length += 1) expect(decode(data.subarray(0, length))).toBeUndefined();
  expect(decode(Uint8Array.of(200, ...data.subarray(1)))).toBeUndefined();
  expect(decode(new TextEncoder().encode('{"kind":"hello","from":"a"}'))).toBeUndefined();
});

test('a field more than this version knows does no harm', () => {
  const newer = { kind: 'cancel', from: 'a', id: 'r', reason: 'of a later version' };
  expect(decode(new TextEncoder().encode(JSON.stringify(newer)))).toEqual({ kind: 'cancel', from: 'a', id: 'r' });
});
