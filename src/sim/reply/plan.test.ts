import { expect, test } from 'bun:test';
import { pieceAt, planReply, type Plan } from './plan.ts';
import { sampleOf } from './schema-sample.ts';

const textOf = (plan: Plan) =>
  Array.from({ length: plan.naturalTokens }, (_, index) => pieceAt(plan, index).text).join('');

test('prose says that it is simulated, and the same seed says the same', () => {
  expect(textOf(planReply({ is: 'prose' }, 7))).toStartWith('[simulated] ');
  expect(textOf(planReply({ is: 'prose' }, 7))).toBe(textOf(planReply({ is: 'prose' }, 7)));
  expect(textOf(planReply({ is: 'prose' }, 7))).not.toBe(textOf(planReply({ is: 'prose' }, 8)));
});

test('a thought comes before its prose, both labelled', () => {
  const plan = planReply({ is: 'thought_then_prose' }, 7);
  const label = plan.opening.findIndex(({ channel }) => channel === 'content');
  expect(plan.opening.slice(0, label).every(({ channel }) => channel === 'reasoning')).toBe(true);
  expect(plan.opening[label]?.text).toBe('[simulated]');
});

test('a tool call is a name, then arguments of its schema', () => {
  const schema = { type: 'object', properties: { city: { type: 'string' } } };
  const [name, ...words] = planReply({ is: 'tool_call', name: 'look', schema }, 1).opening;
  expect(name).toEqual({ channel: 'tool_name', text: 'look' });
  expect(JSON.parse(words.map(({ text }) => text).join(''))).toEqual({ city: 'simulated' });
});

test.each([
  [{ type: 'integer', minimum: 3 }, 3],
  [{ type: 'number', exclusiveMinimum: 1 }, 2],
  [{ type: 'boolean' }, true],
  [{ type: 'string', minLength: 12 }, 'simulated...'],
  [{ enum: ['red', 'blue'] }, 'red'],
  [{ const: 5 }, 5],
  [{ type: ['null', 'string'] }, null],
  [{ anyOf: [{ type: 'null' }, { type: 'string' }] }, null],
  [{ type: 'array', items: { type: 'integer' }, minItems: 2 }, [0, 0]],
  [{ $ref: '#/$defs/a', $defs: { a: { const: 'b' } } }, 'b'],
  [{ $ref: '#' }, null], // recursive: ends all the same
])('a sample of %j is %j', (schema, sample) => {
  expect(sampleOf(schema)).toEqual(sample);
});
