import { describe, expect, test } from 'bun:test';
import { parsePromptSet, type Checks } from '../../config/index.ts';
import type { Answer } from '../answer.ts';
import { judgeAnswer } from './judge-answer.ts';

const answer: Answer = {
  text: 'Paris.',
  finishReason: 'stop',
  toolCalls: [],
  usage: { prompt: 10, completion: 2, total: 12 },
};

/** Checks as a file has them. */
function checksOf(written: Readonly<Record<string, unknown>>): Checks {
  const set = { name: 'x', prompts: [{ name: 'a', prompt: 'Hello', checks: written }] };
  const parsed = parsePromptSet('set.yaml', JSON.stringify(set));
  const checks = parsed.ok ? parsed.set.prompts[0]?.checks : undefined;
  if (checks === undefined) throw new Error(JSON.stringify(parsed));
  return checks;
}

const failedBy = (said: Partial<Answer>, written: Readonly<Record<string, unknown>>, latencyMs = 5) =>
  judgeAnswer({ ...answer, ...said }, latencyMs, checksOf(written)).map(({ check }) => check);

/** A text and what is asked of it; whether it passes. */
const TEXTS: [passes: boolean, text: string, written: Readonly<Record<string, unknown>>][] = [
  [true, 'Ready.', { equals: 'ready' }],
  [true, ' **ready**\n', { equals: ['yes', 'ready'] }],
  [false, 'I am ready', { equals: 'ready' }],
  [false, 'Ready', { equals: 'ready', exact: true }],
  [true, ' ready\n', { equals: 'ready', exact: true }],
  [true, 'The capital is Paris.', { contains: 'paris' }],
  [false, 'The capital is Paris.', { contains: 'paris', exact: true }],
  [false, 'one two', { contains: ['one', 'three'] }],
  [true, 'It is twelve', { contains_any: ['12', 'twelve'] }],
  [false, 'It is 13', { contains_any: ['12', 'twelve'] }],
  [true, 'call 555-1234 now', { regex: '\\d{3}-\\d{4}' }],
  [false, 'call 555 1234 now', { regex: '\\d{3}-\\d{4}' }],
  [true, '{"age": 36}', { json_schema: { type: 'object', required: ['age'] } }],
  [false, '{"age": 36', { json_schema: { type: 'object' } }],
  [false, '```json\n{}\n```', { json_schema: { type: 'object' } }],
  [false, '', { min_characters: 1 }],
  [false, ' \n ', { min_characters: 1 }],
  [true, '👍👍', { max_characters: 2 }],
  [false, 'abc', { max_characters: 2 }],
  [false, 'ok\uFFFD\uFFFD', { printable_ratio_min: 0.9 }],
  [false, '!!!!!!!!!!!!!!!!!!!!', { repeats_max: 16 }],
  [true, 'one, two, three', { repeats_max: 16 }],
];

test.each(TEXTS)('%p: %j by %j', (passes, text, written) => {
  expect(failedBy({ text }, written).length === 0).toBe(passes);
});

test('an answer is told of every check that it fails', () => {
  expect(
    failedBy({ text: '!!!!', finishReason: 'length' }, { equals: 'a', repeats_max: 2, finish_reason: ['stop'] }),
  ).toEqual(['equals', 'finish_reason', 'repeats_max']);
});

test('how it ended must be one of the reasons given', () => {
  expect(failedBy({ finishReason: undefined }, { finish_reason: ['stop'] })).toEqual(['finish_reason']);
  expect(failedBy({ finishReason: 'length' }, { finish_reason: ['stop', 'length'] })).toEqual([]);
});

test('an answer may come no later than it should', () => {
  expect(failedBy({}, { max_latency_ms: 100 }, 101)).toEqual(['max_latency_ms']);
  expect(failedBy({}, { max_latency_ms: 100 }, 100)).toEqual([]);
});

describe('usage', () => {
  test.each([
    [undefined],
    [{ prompt: 0, completion: 2, total: 2 }],
    [{ prompt: 3, completion: 0, total: 3 }],
    [{ prompt: 3, completion: 2, total: 6 }],
  ])('%j is none', (usage) => {
    expect(failedBy({ usage }, { usage: true })).toEqual(['usage']);
    expect(failedBy({ usage }, { usage: false })).toEqual([]);
  });
});

describe('a tool call', () => {
  const written = {
    tool_call: {
      name: 'look',
      arguments: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  };
  const calling = (name: string, said: string) => ({ text: '', toolCalls: [{ name, arguments: said }] });

  test('passes by name and arguments', () => {
    expect(failedBy(calling('look', '{"city":"Paris"}'), written)).toEqual([]);
  });
  test('may stand among others', () => {
    const toolCalls = [...calling('other', '{}').toolCalls, ...calling('look', '{"city":"Paris"}').toolCalls];
    expect(failedBy({ toolCalls }, written)).toEqual([]);
  });
  test.each([
    ['is not there', { text: '<tool_call>{"name":"look"}</tool_call>' }, 'tool_call_parser'],
    ['is of another function', calling('see', '{}'), 'look is not called'],
    ['has broken arguments', calling('look', '{"city"'), 'no JSON'],
    ['has other arguments', calling('look', '{"town":"Paris"}'), 'has no "city"'],
  ])('that %s fails, and it is told why', (_, said, why) => {
    const [failure] = judgeAnswer({ ...answer, ...said }, 1, checksOf(written));
    expect(failure).toMatchObject({ check: 'tool_call', why: expect.stringContaining(why) });
  });
});

test('nothing of an answer is in what is told of its checks', () => {
  const secret = 'the-secret-that-nobody-logs';
  const all = {
    equals: 'a',
    contains: 'b',
    contains_any: ['c'],
    regex: 'd{3}',
    json_schema: { type: 'object' },
    max_characters: 3,
  };
  const told = JSON.stringify(judgeAnswer({ ...answer, text: secret }, 1, checksOf(all)));
  expect(told).not.toContain(secret);
});
