import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { parsePromptSet, type Pattern } from '../../config/index.ts';
import { matchesPattern } from './match-pattern.ts';

/** A pattern as a file has it; `undefined` where it is refused. */
function patternOf(regex: string): Pattern | undefined {
  const set = { name: 'x', prompts: [{ name: 'a', prompt: 'Hello', checks: { regex } }] };
  const parsed = parsePromptSet('set.yaml', JSON.stringify(set));
  return parsed.ok ? parsed.set.prompts[0]?.checks.regex?.pattern : undefined;
}

const atom = fc.constantFrom('a', 'b', '[ab]', '[^a]', '.', '(a|bb)', '(?:ab|b)', 'c');
const part = fc.tuple(atom, fc.constantFrom('', '', '?', '{2}', '{1,3}', '{0,2}')).map(([it, times]) => it + times);
const source = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));

test('what it finds, the language’s own regular expressions find', () => {
  fc.assert(
    fc.property(
      source,
      fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\n', '👍'), maxLength: 20 }),
      (regex, text) => {
        const pattern = patternOf(regex);
        if (pattern === undefined) return; // it matches the empty text, which no pattern may
        expect(matchesPattern(pattern, text)).toBe(new RegExp(regex, 'u').test(text));
      },
    ),
    { numRuns: 500 },
  );
});

test('a pattern that a backtracking engine would never finish with costs no time', () => {
  const pattern = patternOf('(?:a?){30}a{30}');
  if (pattern === undefined) throw new Error('it is a pattern');
  const startedMs = performance.now();
  expect(matchesPattern(pattern, `${'a'.repeat(29)}b`.repeat(500))).toBe(false);
  expect(performance.now() - startedMs).toBeLessThan(2000);
});
