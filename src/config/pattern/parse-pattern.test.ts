import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { parsePattern } from './parse-pattern.ts';
import { extentOf, MATCH_CHARACTERS_MAX } from './pattern.ts';

const problemOf = (source: string): string | undefined => {
  const read = parsePattern(source);
  return read.ok ? undefined : read.problem;
};
const lengths = (source: string) => {
  const read = parsePattern(source);
  if (!read.ok) throw new Error(read.problem);
  const { shortest, longest } = extentOf(read.pattern);
  return [shortest, longest];
};

describe('what is taken', () => {
  test.each<[string, number[]]>([
    ['abc', [3, 3]],
    ['a|bcd', [1, 3]],
    ['(?:ab){2,3}c?', [4, 7]],
    ['(a[^b-d\\]]){2}', [4, 4]],
    ['\\d{4}(?:[ -]?\\d{4}){3}', [16, 19]],
    ['[\\w.]{1,64}@[\\w-]{1,63}(?:\\.[\\w-]{1,63}){1,3}', [5, 320]],
    ['\\u00e9\\x41\\u{1F600}\\.\\*\\t.', [7, 7]],
    ['😀[😀-😂]', [2, 2]],
    [`a{${MATCH_CHARACTERS_MAX}}`, [MATCH_CHARACTERS_MAX, MATCH_CHARACTERS_MAX]],
  ])('%s', (source, expected) => {
    expect(lengths(source)).toEqual(expected);
  });
});

describe('what is refused, and why', () => {
  test.each([
    ['a*', '"*" at 2 has no longest match; write {0,n}'],
    ['a+', '"+" at 2 has no longest match; write {1,n}'],
    ['a{2,}', '"{" at 2 is no {n} or {n,m}'],
    ['(a{1,9}){1,9}{1,9}', '"{" at 14 repeats what is repeated already'],
    ['a??', '"?" at 3 repeats what is repeated already'],
    ['^a', '"^" at 1 is no place in a stream; a match may stand anywhere'],
    ['a$', '"$" at 2 is no place in a stream; a match may stand anywhere'],
    ['(?=a)', '"(?=" at 1 is not taken'],
    ['(?<n>a)', '"(?<" at 1 is not taken'],
    ['(a)\\1', '"\\1" at 4 is not taken'],
    ['\\ba', '"\\b" at 1 is not taken'],
    ['\\p{L}', '"\\p" at 1 is not taken'],
    ['(a', 'the "(" at 1 is not closed'],
    ['a)', 'a ")" at 2 closes nothing'],
    ['[a', 'the "[" at 1 is not closed'],
    ['[]', 'the class at 1 is empty'],
    ['[b-a]', 'the range at 2 is out of order'],
    ['a{3,2}', '{3,2} at 2 is no range'],
    ['a?', 'it matches the empty text'],
    ['a|', 'it matches the empty text'],
    ['a{513}', 'it matches up to 513 characters, 512 at most'],
    ['((a{99}){99}){99}', 'it matches up to 970299 characters, 512 at most'],
    [`(?:${'a|'.repeat(4_100)}b)`, 'it comes to 4101 places once written out, 4096 at most'],
  ])('%s', (source, problem) => {
    expect(problemOf(source)).toBe(problem);
  });

  test('what makes a backtracking engine run for ages', () => {
    expect(problemOf('(?:a?){50}(?:a?){50}a{50}')).toMatch(/^its places follow each other in \d+ ways, 2048 at most/);
    expect(problemOf('(?:[ab]{0,20}){20}b')).toMatch(/^its places follow each other in \d+ ways/);
    expect(problemOf('(a+)+$')).toBe('"+" at 3 has no longest match; write {1,n}');
  });

  test('groups nested without end', () => {
    expect(problemOf(`${'('.repeat(100_000)}a`)).toBe('its groups nest deeper than 32');
  });
});

test('any text is either a pattern of bounded length or told what is wrong', () => {
  const text = fc
    .array(fc.constantFrom(...Array.from('ab\\d[]^-(){}?|,.*+12:$é😀u')), { maxLength: 30 })
    .map((it) => it.join(''));
  fc.assert(
    fc.property(text, (source) => {
      const read = parsePattern(source);
      if (!read.ok) return expect(read.problem).not.toBe('');
      const { shortest, longest } = extentOf(read.pattern);
      return expect([shortest > 0, longest <= MATCH_CHARACTERS_MAX]).toEqual([true, true]);
    }),
    { numRuns: 1_000 },
  );
});
