import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import type { AnswerSchema } from '../../config/index.ts';
import { misfit } from './fits-schema.ts';

/** Cases of the JSON Schema test suite's kind: schema, value, whether it fits. */
const CASES: [fits: boolean, value: unknown, schema: AnswerSchema][] = [
  [true, 1, {}],
  [true, 1.0, { type: 'integer' }],
  [false, 1.5, { type: 'integer' }],
  [true, 1.5, { type: 'number' }],
  [false, '1', { type: 'number' }],
  [true, null, { type: ['string', 'null'] }],
  [false, [], { type: 'object' }],
  [false, {}, { type: 'array' }],
  [true, [], { type: 'array' }],
  [false, true, { type: 'integer' }],
  [true, { a: [1, 2] }, { const: { a: [1, 2] } }],
  [false, { a: [2, 1] }, { const: { a: [1, 2] } }],
  [true, null, { const: null }],
  [false, false, { const: null }],
  [true, 'red', { enum: ['red', 'blue'] }],
  [false, 'green', { enum: ['red', 'blue'] }],
  [true, '👍👍', { maxLength: 2 }],
  [false, '👍', { minLength: 2 }],
  [true, 5, { minLength: 9 }],
  [false, 3, { exclusiveMinimum: 3 }],
  [false, 3, { exclusiveMaximum: 3 }],
  [true, 3, { minimum: 3, maximum: 3 }],
  [false, 2, { minimum: 3 }],
  [false, 4, { maximum: 3 }],
  [false, [1], { minItems: 2 }],
  [false, [1, 2], { maxItems: 1 }],
  [false, [1, 'a'], { items: { type: 'integer' } }],
  [false, {}, { required: ['a'] }],
  [true, {}, { properties: { a: { type: 'string' } } }],
  [false, { a: 1 }, { properties: { a: { type: 'string' } } }],
  [false, { b: 1 }, { properties: { a: {} }, additionalProperties: false }],
  [false, { b: 1 }, { additionalProperties: { type: 'string' } }],
  [true, 'anything', { required: ['a'], minItems: 3, minimum: 4 }],
  [false, { toString: 1 }, { properties: {}, additionalProperties: false }],
  [false, {}, { required: ['toString'] }],
  [true, 1, { anyOf: [{ type: 'string' }, { type: 'integer' }] }],
  [false, 1.5, { anyOf: [{ type: 'string' }, { type: 'integer' }] }],
  [false, 5, { allOf: [{ minimum: 1 }, { maximum: 4 }] }],
];

test.each(CASES)('%p: %j by %j', (fits, value, schema) => {
  expect(misfit(value, schema) === undefined).toBe(fits);
});

test('what does not fit is told with its place', () => {
  const schema: AnswerSchema = { properties: { list: { items: { properties: { a: { type: 'string' } } } } } };
  expect(misfit({ list: [{ a: 'x' }, { a: 1 }] }, schema)).toBe('$.list[1].a: is no string');
});

test('a value fits the schema that says just it, and no other value does', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (value, other) => {
      const own: AnswerSchema = { const: value };
      expect(misfit(value, own)).toBeUndefined();
      expect(misfit(other, own) === undefined).toBe(Bun.deepEquals(value, other, true));
    }),
  );
});
