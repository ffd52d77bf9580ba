import type { CharRange, CharSet } from './pattern.ts';
import { PatternError } from './pattern-error.ts';

/** A piece of a pattern, and where the next one begins. */
export interface Read<Value> {
  readonly value: Value;
  readonly end: number;
}

const range = (from: string | number, to: string | number): CharRange => ({ from: codeOf(from), to: codeOf(to) });
const codeOf = (it: string | number): number => (typeof it === 'number' ? it : (it.codePointAt(0) ?? 0));
const CODE_POINT_MAX = 0x10ffff;

/** As in JavaScript (ECMA-262 §22.2.2.9): ASCII but for white space. */
const CLASSES: Readonly<Record<string, readonly CharRange[]>> = {
  d: [range('0', '9')],
  w: [range('0', '9'), range('A', 'Z'), range('_', '_'), range('a', 'z')],
  s: [
    range(0x09, 0x0d),
    range(0x20, 0x20),
    range(0xa0, 0xa0),
    range(0x1680, 0x1680),
    range(0x2000, 0x200a),
    range(0x2028, 0x2029),
    range(0x202f, 0x202f),
    range(0x205f, 0x205f),
    range(0x3000, 0x3000),
    range(0xfeff, 0xfeff),
  ],
};

const CONTROLS: Readonly<Record<string, number>> = { t: 0x09, n: 0x0a, v: 0x0b, f: 0x0c, r: 0x0d };

/** Reads an escape outside a class. */
export function escapeAt(source: string, at: number): Read<CharSet> {
  const letter = source[at + 1] ?? '';
  const named = CLASSES[letter.toLowerCase()];
  if (named !== undefined) return { value: { ranges: named, negated: letter !== letter.toLowerCase() }, end: at + 2 };
  const { value, end } = escapedCharacter(source, at);
  return { value: { ranges: [range(value, value)], negated: false }, end };
}

/** Reads a class `[…]`. */
export function parseSet(source: string, open: number): Read<CharSet> {
  const negated = source[open + 1] === '^';
  const ranges: CharRange[] = [];
  let at = open + (negated ? 2 : 1);
  while (source[at] !== ']') {
    if (at >= source.length) throw new PatternError(`the "[" at ${open + 1} is not closed`);
    const member = memberAt(source, at);
    ranges.push(...member.value);
    at = member.end;
  }
  if (ranges.length === 0) throw new PatternError(`the class at ${open + 1} is empty`);
  return { value: { ranges, negated }, end: at + 1 };
}

/** A character, a range of them, or a class by its letter. */
function memberAt(source: string, at: number): Read<readonly CharRange[]> {
  const letter = source[at] === '\\' ? (source[at + 1] ?? '') : '';
  const named = CLASSES[letter.toLowerCase()];
  if (named !== undefined) return { value: letter === letter.toLowerCase() ? named : inverted(named), end: at + 2 };
  const from = characterIn(source, at);
  if (source[from.end] !== '-' || source[from.end + 1] === ']')
    return { value: [range(from.value, from.value)], end: from.end };
  const to = characterIn(source, from.end + 1);
  if (to.value < from.value) throw new PatternError(`the range at ${at + 1} is out of order`);
  return { value: [range(from.value, to.value)], end: to.end };
}

function characterIn(source: string, at: number): Read<number> {
  if (source[at] === '\\') return escapedCharacter(source, at);
  const code = source.codePointAt(at);
  if (code === undefined) throw new PatternError('a class is not closed');
  return { value: code, end: at + String.fromCodePoint(code).length };
}

function escapedCharacter(source: string, at: number): Read<number> {
  const rest = source.slice(at + 1);
  const [whole, short, long, braced] =
    /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\})/.exec(rest) ?? [];
  const digits = short ?? long ?? braced;
  if (whole !== undefined && digits !== undefined) {
    const code = Number.parseInt(digits, 16);
    if (code > CODE_POINT_MAX) throw new PatternError(`\\${whole} at ${at + 1} is no character`);
    return { value: code, end: at + 1 + whole.length };
  }
  const letter = rest[0] ?? '';
  const control = CONTROLS[letter];
  if (control !== undefined) return { value: control, end: at + 2 };
  if (letter === '' || /[0-9A-Za-z]/.test(letter)) throw new PatternError(`"\\${letter}" at ${at + 1} is not taken`);
  const code = rest.codePointAt(0) ?? 0;
  return { value: code, end: at + 1 + String.fromCodePoint(code).length };
}

/** Everything between the ranges, which come in order. */
function inverted(ranges: readonly CharRange[]): readonly CharRange[] {
  const gaps: CharRange[] = [];
  let next = 0;
  for (const { from, to } of ranges) {
    if (from > next) gaps.push(range(next, from - 1));
    next = to + 1;
  }
  return [...gaps, range(next, CODE_POINT_MAX)];
}
