import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { propertyRuns } from '../../queue/fixtures/property-runs.ts';
import { MATCH_CHARACTERS_MAX } from '../../config/index.ts';
import { rulesOf, scanFor, type RuleInput } from './fixtures/rules.ts';
import { createJsonTextFilter } from './json-text-filter.ts';
import { createTextFilter, filterText, type TextFilter } from './text-filter.ts';

/** A machine that does other things too is slow. */
const LIMIT_MS = 30_000;

/** Few characters, so that matches are frequent: of one, two and four bytes, with two cases, and one outside a word. */
const ALPHABET = ['a', 'b', 'A', '1', ' ', '-', 'é', '😀', '"', '\\', '\n'];
const text = fc.array(fc.constantFrom(...ALPHABET), { maxLength: 24 }).map((it) => it.join(''));

/** Patterns as people write them, and what JavaScript's own engine makes of them. */
const pattern: fc.Arbitrary<string> = fc.letrec<{ atom: string; part: string; pattern: string }>((tie) => ({
  atom: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom('a', 'b', '1', ' ', '-', 'é', '😀', '.', '[ab]', '[^a]', '[a-b1]', '\\d', '\\w', '\\W', '\\n', '"'),
    fc.constantFrom('a', 'b', '[ab1]'),
    tie('pattern').map((it) => `(?:${it})`),
  ),
  part: fc
    .tuple(tie('atom'), fc.constantFrom('', '', '', '?', '{2}', '{0,2}', '{1,3}'))
    .map(([atom, times]) => `${atom}${times}`),
  pattern: fc
    .array(
      fc.array(tie('part'), { minLength: 1, maxLength: 3 }).map((it) => it.join('')),
      { minLength: 1, maxLength: 2 },
    )
    .map((it) => it.join('|')),
})).pattern;

const rule = fc
  .record({
    pattern,
    ignore_case: fc.boolean(),
    whole_words: fc.boolean(),
    replacement: fc.constantFrom('#', '', '[x]'),
  })
  .filter((it) => !new RegExp(`^(?:${it.pattern})$`, 'u').test('') && isTaken(it));
const rules = fc.array(rule, { minLength: 1, maxLength: 3 });
/** A pattern that is too large is refused with the config. */
function isTaken(input: RuleInput): boolean {
  try {
    return rulesOf(input).length > 0;
  } catch {
    return false;
  }
}
/** Where a text is cut. */
const cuts = fc.array(fc.nat(60), { maxLength: 8 });

function pieces(whole: string, at: readonly number[]): string[] {
  const places = [...new Set([0, ...at.filter((it) => it < whole.length), whole.length])].toSorted((a, b) => a - b);
  return places.slice(1).map((end, index) => whole.slice(places[index], end));
}

const piecewise = (filter: TextFilter, parts: readonly string[]) =>
  parts.map((part) => filter.push(part)).join('') + filter.end();

const isWord = (character: string | undefined) => character !== undefined && /^[\p{L}\p{N}\p{M}_]$/u.test(character);

/** Every part of a text that JavaScript's engine finds to be a match, tried one by one. */
function matches(
  characters: readonly string[],
  { pattern: source, ignore_case, whole_words }: RuleInput,
): [number, number][] {
  const whole = new RegExp(`^(?:${source ?? ''})$`, ignore_case === true ? 'ui' : 'u');
  const isBorder = (at: number) => !(isWord(characters[at - 1]) && isWord(characters[at]));
  return characters.flatMap((_, start) =>
    characters.slice(start).flatMap((__, length): [number, number][] => {
      const end = start + length + 1;
      const fits = whole_words !== true || (isBorder(start) && isBorder(end));
      return fits && whole.test(characters.slice(start, end).join('')) ? [[start, end]] : [];
    }),
  );
}

test(
  'every character that a match covers is gone, and no other',
  () => {
    fc.assert(
      fc.property(rules, text, (inputs, whole) => {
        const marked = inputs.map((it) => ({ ...it, replacement: '█' }));
        const characters = Array.from(whole);
        const covered = characters.map(() => false);
        for (const input of inputs)
          for (const [start, end] of matches(characters, input)) covered.fill(true, start, end);
        const expected = characters.map((it, index) => (covered[index] === true ? '█' : it)).join('');
        const redacted = filterText(createTextFilter(scanFor(...marked)), whole);
        expect(redacted).toBe(expected.replaceAll(/█+/g, '█'));
      }),
      { numRuns: propertyRuns(500) },
    );
  },
  LIMIT_MS,
);

test(
  'however a text is cut, what comes out is the same',
  () => {
    fc.assert(
      fc.property(rules, text, cuts, (inputs, whole, at) => {
        const scan = scanFor(...inputs);
        const expected = filterText(createTextFilter(scan), whole);
        expect(piecewise(createTextFilter(scan), pieces(whole, at))).toBe(expected);
        expect(piecewise(createTextFilter(scan), whole.split(''))).toBe(expected);
      }),
      { numRuns: propertyRuns(300) },
    );
  },
  LIMIT_MS,
);

test(
  'nothing of a match gets out before its end, whatever was there before',
  () => {
    fc.assert(
      fc.property(rules, text, (inputs, whole) => {
        const characters = Array.from(whole);
        const filter = createTextFilter(scanFor(...inputs.map((it) => ({ ...it, replacement: '' }))));
        const all = inputs.flatMap((it) => matches(characters, it));
        let shown = '';
        for (const [index, character] of characters.entries()) {
          shown += filter.push(character);
          const open = all.filter(([start, end]) => start <= index && index < end).map(([start]) => start);
          const clear = characters.filter((_, at) => !all.some(([start, end]) => start <= at && at < end));
          const beforeOpen = characters
            .slice(0, Math.min(index + 1, ...open))
            .filter((_, at) => !all.some(([start, end]) => start <= at && at < end));
          expect(beforeOpen.join('')).toStartWith(shown);
          expect(clear.join('')).toStartWith(shown);
        }
      }),
      { numRuns: propertyRuns(300) },
    );
  },
  LIMIT_MS,
);

test(
  'a refusal lets out what stood before its match, and nothing after',
  () => {
    fc.assert(
      fc.property(rule, text, cuts, (input, whole, at) => {
        const filter = createTextFilter(scanFor({ ...input, action: 'refuse' }));
        const shown = piecewise(filter, pieces(whole, at));
        const all = matches(Array.from(whole), input);
        const first = all.toSorted(([startA, endA], [startB, endB]) => endA - endB || startA - startB)[0];
        if (first === undefined) return expect([shown, filter.refusedBy()]).toEqual([whole, undefined]);
        expect(filter.refusedBy()?.name).toBe('rule-0');
        return expect(Array.from(whole).slice(0, first[0]).join('')).toStartWith(shown);
      }),
      { numRuns: propertyRuns(300) },
    );
  },
  LIMIT_MS,
);

test('no more is held than the longest match', () => {
  const [long] = rulesOf({ pattern: `[ab]{1,${MATCH_CHARACTERS_MAX}}` });
  const filter = createTextFilter(scanFor({ pattern: `x[ab]{${MATCH_CHARACTERS_MAX - 1}}` }));
  expect(long).toBeDefined();
  let shown = 0;
  for (let pushed = 1; pushed < 5_000; pushed += 1) {
    shown += filter.push(pushed % 100 === 1 ? 'x' : 'a').length;
    expect(pushed - shown).toBeLessThanOrEqual(MATCH_CHARACTERS_MAX);
  }
});

const json = fc.jsonValue({ maxDepth: 3, stringUnit: fc.constantFrom(...ALPHABET) });

test(
  'redacted JSON is JSON, each of its strings is redacted as a text, and cuts do not matter',
  () => {
    fc.assert(
      fc.property(rules, json, cuts, fc.boolean(), (inputs, value, at, escapes) => {
        const scan = scanFor(...inputs);
        const written = escapes ? escaped(JSON.stringify(value)) : JSON.stringify(value, null, 1);
        const redacted = filterText(createJsonTextFilter(scan), written);
        const redact = (it: string) => filterText(createTextFilter(scan), it);
        expect(JSON.parse(redacted)).toEqual(redactedValue(JSON.parse(written), redact));
        expect(piecewise(createJsonTextFilter(scan), pieces(written, at))).toBe(redacted);
        expect(piecewise(createJsonTextFilter(scan), written.split(''))).toBe(redacted);
      }),
      { numRuns: propertyRuns(300) },
    );
  },
  LIMIT_MS,
);

/** Every character outside ASCII as `\uXXXX`. */
const escaped = (written: string) =>
  written.replaceAll(/[^ -~]/g, (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`);

function redactedValue(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((it) => redactedValue(it, redact));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, it]) => [redact(key), redactedValue(it, redact)]));
  const written = JSON.stringify(value);
  return redact(written) === written ? value : null;
}
