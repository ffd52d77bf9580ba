import { describe, expect, test } from 'bun:test';
import { JSON_COST_MAX, JSON_DEPTH_MAX, tooCostly } from './json-shape.ts';

const judge = (json: string) => tooCostly(Buffer.from(json));
const TOO_DEEP = `it nests deeper than ${JSON_DEPTH_MAX} levels`;
const TOO_MANY = 'it has more keys, values or escapes than are read here';
const BYTES = 30_000_000;
/** Fills 30 MB, between what begins and what ends it. */
const filled = (start: string, unit: string, end: string) => start + unit.repeat(BYTES / unit.length) + end;

describe('what real clients send is read', () => {
  test.each([
    [
      'a million token ids',
      `{"prompt":[${Array.from({ length: 1_000_000 }, (_, i) => 100_000 + (i % 30_000)).join(',')}]}`,
    ],
    [
      'thirty thousand messages',
      `{"messages":[${Array<string>(30_000).fill('{"role":"user","content":"Hello there"}').join(',')}]}`,
    ],
    ['a picture of 30 MB', filled('{"url":"data:image/png;base64,', 'iVBOR', '"}')],
    ['text of 4 MB with every tenth character a quote', `{"text":"${'a word or\\"'.repeat(400_000)}"}`],
    ['brackets in text, which are none', `{"text":"${'[{:'.repeat(1_000_000)}"}`],
  ])('%s', (_, json) => expect(judge(json)).toBeUndefined());
});

describe('a bomb is refused before it is parsed, within the time that is worth', () => {
  const SCAN_MS_MAX = 1000;
  test.each([
    ['of brackets', '['.repeat(BYTES), TOO_DEEP],
    ['of brackets around text', '["a",'.repeat(BYTES / 5), TOO_DEEP],
    ['of objects', filled('{"a":[{}', ',{}', ']}'), TOO_MANY],
    ['of lists', filled('{"a":[[]', ',[]', ']}'), TOO_MANY],
    ['of numbers', filled('{"a":[0', ',0', ']}'), TOO_MANY],
    ['of keys', filled('{"a":0', ',"b":0', '}'), TOO_MANY],
    ['of spaces', filled('{"a":0', ' ', '}'), TOO_MANY],
    ['of escaped quotes', filled('{"a":"', '\\"', '"}'), TOO_MANY],
    ['of backslashes', filled('{"a":"', '\\\\', '"}'), TOO_MANY],
    ['of quotes that nothing closes', filled('', '"\\', ''), TOO_MANY],
  ])('%s', (_, json, problem) => {
    const bytes = Buffer.from(json);
    const startedMs = performance.now();
    expect(tooCostly(bytes)).toBe(problem);
    expect(performance.now() - startedMs).toBeLessThan(SCAN_MS_MAX);
  });
});

test('as deep as may be is read, one more is not', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  expect(judge(nested(JSON_DEPTH_MAX))).toBeUndefined();
  expect(judge(nested(JSON_DEPTH_MAX + 1))).toBe(TOO_DEEP);
});

test('the last byte that may be is read, one more is not', () => {
  const spaces = ' '.repeat(JSON_COST_MAX);
  expect(judge(spaces)).toBeUndefined();
  expect(judge(`${spaces} `)).toBe(TOO_MANY);
});
