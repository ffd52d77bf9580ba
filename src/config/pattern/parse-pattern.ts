import { PatternError } from './pattern-error.ts';
import { escapeAt, parseSet, type Read } from './parse-set.ts';
import {
  extentOf,
  MATCH_CHARACTERS_MAX,
  PATTERN_PLACES_MAX,
  PATTERN_STEPS_MAX,
  type CharSet,
  type Pattern,
} from './pattern.ts';

type PatternRead = { readonly ok: true; readonly pattern: Pattern } | { readonly ok: false; readonly problem: string };

/** Deepest nesting of groups. */
const DEPTH_MAX = 32;

/**
 * Reads a pattern: a regular expression of characters, classes, groups, `|`, `?`, `{n}` and `{n,m}`. What has no longest
 * match (`*`, `+`, `{n,}`) or needs more than one look at a text (look-around, back-references, anchors) is refused.
 */
export function parsePattern(source: string): PatternRead {
  try {
    const { value: pattern, end } = choiceAt(source, 0, 0);
    if (end < source.length) return refuse(`a ")" at ${end + 1} closes nothing`);
    const { shortest, longest, places, steps } = extentOf(pattern);
    if (shortest === 0) return refuse('it matches the empty text');
    if (longest > MATCH_CHARACTERS_MAX)
      return refuse(`it matches up to ${longest} characters, ${MATCH_CHARACTERS_MAX} at most`);
    if (places > PATTERN_PLACES_MAX)
      return refuse(`it comes to ${places} places once written out, ${PATTERN_PLACES_MAX} at most`);
    if (steps > PATTERN_STEPS_MAX)
      return refuse(`its places follow each other in ${steps} ways, ${PATTERN_STEPS_MAX} at most; make fewer optional`);
    return { ok: true, pattern };
  } catch (cause) {
    if (cause instanceof PatternError) return refuse(cause.message);
    throw cause;
  }
}

const refuse = (problem: string): PatternRead => ({ ok: false, problem });

function choiceAt(source: string, start: number, depth: number): Read<Pattern> {
  if (depth > DEPTH_MAX) throw new PatternError(`its groups nest deeper than ${DEPTH_MAX}`);
  const parts: Pattern[] = [];
  let at = start;
  for (;;) {
    const { value, end } = sequenceAt(source, at, depth);
    parts.push(value);
    if (source[end] !== '|') return { value: one(parts, 'choice'), end };
    at = end + 1;
  }
}

function sequenceAt(source: string, start: number, depth: number): Read<Pattern> {
  const parts: Pattern[] = [];
  let at = start;
  while (at < source.length && source[at] !== '|' && source[at] !== ')') {
    const atom = atomAt(source, at, depth);
    const { value, end } = repeatAt(source, atom);
    parts.push(value);
    at = end;
  }
  return { value: one(parts, 'sequence'), end: at };
}

function one(parts: readonly Pattern[], is: 'choice' | 'sequence'): Pattern {
  const [only, second] = parts;
  return only !== undefined && second === undefined ? only : { is, parts };
}

/** Characters that mean something else, and why they are not taken. */
const REFUSED: Readonly<Record<string, string>> = {
  '*': 'has no longest match; write {0,n}',
  '+': 'has no longest match; write {1,n}',
  '?': 'repeats nothing',
  '{': 'repeats nothing; write \\{ for the character',
  '^': 'is no place in a stream; a match may stand anywhere',
  $: 'is no place in a stream; a match may stand anywhere',
  '}': 'closes nothing; write \\} for the character',
  ']': 'closes nothing; write \\] for the character',
};

function atomAt(source: string, at: number, depth: number): Read<Pattern> {
  const character = characterAt(source, at);
  if (character === '(') return groupAt(source, at, depth);
  if (character === '[') return asPattern(parseSet(source, at));
  if (character === '\\') return asPattern(escapeAt(source, at));
  if (character === '.') return { value: { is: 'char', set: ANY }, end: at + 1 };
  const why = REFUSED[character];
  if (why !== undefined) throw new PatternError(`"${character}" at ${at + 1} ${why}`);
  return { value: { is: 'char', set: exactly(character) }, end: at + character.length };
}

/** All but the end of a line. */
const ANY: CharSet = { ranges: [{ from: 0x0a, to: 0x0a }], negated: true };

function groupAt(source: string, at: number, depth: number): Read<Pattern> {
  const isPlain = source.startsWith('(?:', at);
  if (!isPlain && source[at + 1] === '?')
    throw new PatternError(`"${source.slice(at, at + 3)}" at ${at + 1} is not taken`);
  const { value, end } = choiceAt(source, at + (isPlain ? 3 : 1), depth + 1);
  if (source[end] !== ')') throw new PatternError(`the "(" at ${at + 1} is not closed`);
  return { value, end: end + 1 };
}

function repeatAt(source: string, { value: part, end: at }: Read<Pattern>): Read<Pattern> {
  const again = (min: number, max: number, end: number): Read<Pattern> => {
    const next = source[end];
    if (next === '?' || next === '{' || next === '*' || next === '+')
      throw new PatternError(`"${next}" at ${end + 1} repeats what is repeated already`);
    return { value: { is: 'repeat', part, min, max }, end };
  };
  if (source[at] === '?') return again(0, 1, at + 1);
  if (source[at] !== '{') {
    const why = source[at] === '*' || source[at] === '+' ? REFUSED[source[at]] : undefined;
    if (why !== undefined) throw new PatternError(`"${source[at]}" at ${at + 1} ${why}`);
    return { value: part, end: at };
  }
  const [whole, min, max] = /^\{(\d{1,4})(?:,(\d{1,4}))?\}/.exec(source.slice(at)) ?? [];
  if (whole === undefined || min === undefined) throw new PatternError(`"{" at ${at + 1} is no {n} or {n,m}`);
  const [least, most] = [Number(min), Number(max ?? min)];
  if (most < least || most === 0) throw new PatternError(`${whole} at ${at + 1} is no range`);
  return again(least, most, at + whole.length);
}

const asPattern = ({ value: set, end }: Read<CharSet>): Read<Pattern> => ({ value: { is: 'char', set }, end });

/** One character, or the two halves of one. */
function characterAt(source: string, at: number): string {
  return String.fromCodePoint(source.codePointAt(at) ?? 0);
}

function exactly(character: string): CharSet {
  const code = character.codePointAt(0) ?? 0;
  return { ranges: [{ from: code, to: code }], negated: false };
}
