import type { CharSet, Pattern } from '../../../config/index.ts';

/**
 * A pattern as places and the steps between them (Glushkov's automaton): no loop, no empty step, so one character of
 * text costs at most one look at each step, whatever the text is. Nothing here backtracks.
 */
export interface Automaton {
  /** What may stand at each place. */
  readonly sets: readonly CharSet[];
  readonly first: readonly number[];
  /** Where a match may end. */
  readonly isLast: readonly boolean[];
  readonly follow: readonly (readonly number[])[];
}

interface Draft {
  readonly sets: CharSet[];
  readonly follow: number[][];
}

/** A part of a pattern, written out. */
interface Part {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly isOptional: boolean;
}

const EMPTY: Part = { first: [], last: [], isOptional: true };

/** Writes a pattern out. */
export function compile(pattern: Pattern): Automaton {
  const draft: Draft = { sets: [], follow: [] };
  const { first, last } = write(pattern, draft);
  const lasts = new Set(last);
  return { ...draft, first, isLast: draft.sets.map((_, place) => lasts.has(place)) };
}

function write(pattern: Pattern, draft: Draft): Part {
  switch (pattern.is) {
    case 'char': {
      const place = draft.sets.push(pattern.set) - 1;
      draft.follow.push([]);
      return { first: [place], last: [place], isOptional: false };
    }
    case 'sequence':
      return pattern.parts.reduce((before, part) => join(before, write(part, draft), draft), EMPTY);
    case 'choice': {
      const parts = pattern.parts.map((part) => write(part, draft));
      return {
        first: parts.flatMap((it) => it.first),
        last: parts.flatMap((it) => it.last),
        isOptional: parts.some((it) => it.isOptional),
      };
    }
    case 'repeat': {
      const { part, min, max } = pattern;
      let written = EMPTY;
      // From the end: x{2,4} is xx(x(x)?)?, which has a step to the next place only, and not to all that follow.
      for (let count = max; count > 0; count -= 1) {
        const one = join(write(part, draft), written, draft);
        written = count > min ? { ...one, isOptional: true } : one;
      }
      return written;
    }
  }
}

function join(before: Part, after: Part, { follow }: Draft): Part {
  for (const place of before.last) follow[place]?.push(...after.first);
  return {
    first: before.isOptional ? [...before.first, ...after.first] : before.first,
    last: after.isOptional ? [...before.last, ...after.last] : after.last,
    isOptional: before.isOptional && after.isOptional,
  };
}
