import { describe, expect, test } from 'bun:test';
import { scanFor } from './fixtures/rules.ts';
import { createJsonTextFilter } from './json-text-filter.ts';
import { filterText } from './text-filter.ts';

const DIGITS = { pattern: '\\d{4}', replacement: '"#"' };
const filtered = (written: string, rule = DIGITS) => {
  const filter = createJsonTextFilter(scanFor(rule));
  return Array.from(written, (it) => filter.push(it)).join('') + filter.end();
};

describe('JSON as text', () => {
  test.each([
    ['a string', '{"a":"1234"}', '{"a":"\\"#\\""}'],
    ['a key', '{"1234":1}', '{"\\"#\\"":1}'],
    ['escapes', '["\\u0031\\u0032\\u0033\\u0034"]', '["\\"#\\""]'],
    ['a number', '[1234,-12.34e5,123]', '[null,-12.34e5,123]'],
    ['what lies in two strings is no match', '["12","34"]', '["12","34"]'],
  ])('%s', (_, written, expected) => {
    expect(filtered(written)).toBe(expected);
  });

  test('a character of two escapes is one', () => {
    expect(filtered('["\\ud83d\\ude00"]', { pattern: '😀', replacement: 'x' })).toBe('["x"]');
    expect(filtered('["\\ud83d\\ude00"]', { pattern: '.', replacement: 'x' })).toBe('["x"]');
  });
});

test.each([
  '["\\ud83d"]',
  '["\\ud83dx\\ude00"]',
  '["\\ud83d\\n"]',
  '["\\uzzzz\\q"]',
  '["bug: \\😀, which no escape begins with, was a fault of ours"]',
  '["bug: \\\ud83d, half a character, too"]',
  '["unfinished',
  '["unfinished\\',
  '["unfinished\\u00',
  '["unfinished\\ud83d',
  `[${'7'.repeat(3)}e${'x'.repeat(200)}]`,
  'no JSON at all',
  '}]"":,',
])('what is odd passes as it came: %s', (written) => {
  expect(filtered(written)).toBe(written);
  expect(filterText(createJsonTextFilter(scanFor(DIGITS)), written)).toBe(written);
});
