import type { CharSet, Pattern } from '../../config/index.ts';

/** Longest text that is searched, in characters; a pattern costs its places times this at the very worst. */
const SEARCHED_CHARACTERS_MAX = 16_384;

/** Whether the pattern matches somewhere in the first `SEARCHED_CHARACTERS_MAX` characters of a text. */
export function matchesPattern(pattern: Pattern, text: string): boolean {
  const codes = Array.from(text.slice(0, SEARCHED_CHARACTERS_MAX), (it) => it.codePointAt(0) ?? 0);
  const everywhere = new Uint8Array(codes.length + 1).fill(1);
  return endsOf(pattern, codes, everywhere).includes(1);
}

/** Where matches end that begin at one of `starts`: all at once, so that nothing is tried twice. Places are marked by 1. */
function endsOf(pattern: Pattern, codes: readonly number[], starts: Uint8Array): Uint8Array {
  switch (pattern.is) {
    case 'char':
      return ends(codes, starts, pattern.set);
    case 'sequence':
      return pattern.parts.reduce((places, part) => endsOf(part, codes, places), starts);
    case 'choice':
      return pattern.parts.map((part) => endsOf(part, codes, starts)).reduce(either, new Uint8Array(starts.length));
    case 'repeat': {
      let places = starts;
      let found = pattern.min === 0 ? starts : new Uint8Array(starts.length);
      for (let count = 1; count <= pattern.max && places.includes(1); count += 1) {
        places = endsOf(pattern.part, codes, places);
        if (count >= pattern.min) found = either(found, places);
      }
      return found;
    }
  }
}

function ends(codes: readonly number[], starts: Uint8Array, set: CharSet): Uint8Array {
  const found = new Uint8Array(starts.length);
  codes.forEach((code, at) => {
    if (starts[at] === 1 && has(set, code)) found[at + 1] = 1;
  });
  return found;
}

const has = ({ ranges, negated }: CharSet, code: number): boolean =>
  ranges.some(({ from, to }) => code >= from && code <= to) !== negated;

const either = (one: Uint8Array, other: Uint8Array): Uint8Array => one.map((it, at) => it | (other[at] ?? 0));
