import type { CharSet } from '../../../config/index.ts';

/** One character of a text as rules look at it. */
export interface Character {
  readonly code: number;
  /** The same in small letters, and in capitals, where that is one character. */
  readonly lower: number;
  readonly upper: number;
  /** A letter, a digit or an underscore, of any script. */
  readonly isWord: boolean;
}

const WORD = /^[\p{L}\p{N}\p{M}_]$/u;
const ASCII_SIZE = 128;
const ASCII: readonly Character[] = Array.from({ length: ASCII_SIZE }, (_, code) => describe(code));

/** Looks a code point up. */
export function characterOf(code: number): Character {
  return ASCII[code] ?? describe(code);
}

function describe(code: number): Character {
  const text = String.fromCodePoint(code);
  return {
    code,
    lower: single(text.toLowerCase(), code),
    upper: single(text.toUpperCase(), code),
    isWord: WORD.test(text),
  };
}

function single(text: string, otherwise: number): number {
  const code = text.codePointAt(0);
  return code !== undefined && String.fromCodePoint(code) === text ? code : otherwise;
}

/** Whether a character is of a set; with `ignoreCase` in either case. */
export function isIn({ ranges, negated }: CharSet, { code, lower, upper }: Character, ignoreCase: boolean): boolean {
  for (const { from, to } of ranges) {
    if (code >= from && code <= to) return !negated;
    if (ignoreCase && ((lower >= from && lower <= to) || (upper >= from && upper <= to))) return !negated;
  }
  return negated;
}
