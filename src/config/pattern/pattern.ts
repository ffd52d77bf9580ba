/** Inclusive, in code points. */
export interface CharRange {
  readonly from: number;
  readonly to: number;
}

/** The characters that may stand at one place. */
export interface CharSet {
  readonly ranges: readonly CharRange[];
  /** All others instead. */
  readonly negated: boolean;
}

/** A pattern, taken apart. Without loops: nothing of it repeats for ever. */
export type Pattern =
  | { readonly is: 'char'; readonly set: CharSet }
  | { readonly is: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly is: 'choice'; readonly parts: readonly Pattern[] }
  | { readonly is: 'repeat'; readonly part: Pattern; readonly min: number; readonly max: number };

/** Longest text that a pattern may match, in characters: so much of an answer is held back while a match may have begun. */
export const MATCH_CHARACTERS_MAX = 512;

/** Most places of a pattern once its repetitions are written out. */
export const PATTERN_PLACES_MAX = 4096;

/**
 * Most ways in which one place of a pattern can follow another: what a character of text costs at the very worst, at
 * about 10 ns each. `\d{4}-\d{4}` has 8; only optional parts in a row, of which any may be left out, have many.
 */
export const PATTERN_STEPS_MAX = 2048;

/** How large a pattern is, once its repetitions are written out. */
interface Extent {
  /** Characters of its shortest and its longest match. */
  readonly shortest: number;
  readonly longest: number;
  readonly places: number;
  readonly steps: number;
  /** Places where a match may begin, and where one may end. */
  readonly first: number;
  readonly last: number;
}

const EMPTY: Extent = { shortest: 0, longest: 0, places: 0, steps: 0, first: 0, last: 0 };
const ONE: Extent = { shortest: 1, longest: 1, places: 1, steps: 0, first: 1, last: 1 };

/** Measures a pattern without writing it out. */
export function extentOf(pattern: Pattern): Extent {
  switch (pattern.is) {
    case 'char':
      return ONE;
    case 'sequence':
      return pattern.parts.map(extentOf).reduce(joined, EMPTY);
    case 'choice':
      return either(pattern.parts.map(extentOf));
    case 'repeat': {
      const part = extentOf(pattern.part);
      let extent = EMPTY;
      for (let count = pattern.max; count > 0; count -= 1) {
        extent = joined(part, extent);
        if (count > pattern.min) extent = { ...extent, shortest: 0 };
      }
      return extent;
    }
  }
}

function joined(before: Extent, after: Extent): Extent {
  return {
    shortest: before.shortest + after.shortest,
    longest: before.longest + after.longest,
    places: before.places + after.places,
    steps: before.steps + after.steps + before.last * after.first,
    first: before.first + (before.shortest === 0 ? after.first : 0),
    last: after.last + (after.shortest === 0 ? before.last : 0),
  };
}

function either(parts: readonly Extent[]): Extent {
  const sum = (of: (part: Extent) => number) => parts.reduce((total, part) => total + of(part), 0);
  return {
    shortest: parts.length === 0 ? 0 : Math.min(...parts.map((it) => it.shortest)),
    longest: Math.max(0, ...parts.map((it) => it.longest)),
    places: sum((it) => it.places),
    steps: sum((it) => it.steps),
    first: sum((it) => it.first),
    last: sum((it) => it.last),
  };
}
