import { isIn, type Character } from './character.ts';
import type { CompiledRule } from '../rule.ts';

/** Matches of one rule that have begun in one text, the earliest first. */
export interface Threads {
  /** Where each stands. A place is there once: with its earliest beginning, which covers what a later one would. */
  readonly places: readonly number[];
  /** Where each began. */
  readonly starts: readonly number[];
}

export const NO_THREADS: Threads = { places: [], starts: [] };

/** Where in a text a rule looks. */
interface Spot {
  readonly character: Character;
  /** The one before it; `undefined` at the beginning of the text. */
  readonly before: Character | undefined;
  /** Characters before this one. */
  readonly at: number;
}

/** The part of a text that a match covers. */
export interface Found {
  readonly start: number;
  readonly end: number;
}

/** Goes one character on. */
export function advance(rule: CompiledRule, threads: Threads, { character, before, at }: Spot): Threads {
  const { automaton, ignoreCase, wholeWords, scratch } = rule;
  const { sets, follow, first } = automaton;
  const { places, starts } = threads;
  const isBorder = !wholeWords || before === undefined || !before.isWord || !character.isWord;
  if (places.length === 0 && !isBorder) return NO_THREADS;
  const nextPlaces: number[] = [];
  const nextStarts: number[] = [];
  scratch.turn += 1;
  const enter = (place: number, start: number) => {
    const set = sets[place];
    if (scratch.turnOf[place] === scratch.turn || set === undefined || !isIn(set, character, ignoreCase)) return;
    scratch.turnOf[place] = scratch.turn;
    nextPlaces.push(place);
    nextStarts.push(start);
  };
  places.forEach((place, index) => {
    const start = starts[index];
    if (start !== undefined) for (const next of follow[place] ?? []) enter(next, start);
  });
  if (isBorder) for (const place of first) enter(place, at);
  return nextPlaces.length === 0 ? NO_THREADS : { places: nextPlaces, starts: nextStarts };
}

/** The earliest beginning of those that may be matches as they stand. */
export function earliestMatch({ automaton }: CompiledRule, { places, starts }: Threads): number | undefined {
  return starts[places.findIndex((place) => automaton.isLast[place] === true)];
}

/**
 * The earliest beginning of those that may still become matches, or longer ones. A whole word ends only where the next
 * character is none of a word, so it is open until that is here.
 */
export function earliestOpen({ automaton, wholeWords }: CompiledRule, { places, starts }: Threads): number | undefined {
  if (wholeWords) return starts[0];
  return starts[places.findIndex((place) => (automaton.follow[place]?.length ?? 0) > 0)];
}
