import { parseArgs } from 'node:util';

/** What is simulated. */
export interface Options {
  /** Stories, at most. */
  readonly seeds: number;
  /** Seed of the first story; the others count up from it. */
  readonly first: number;
  /** No story begins after so many transitions in all. */
  readonly transitions: number;
  /** Transitions of each story until its faults cease. */
  readonly steps: number;
}

const DEFAULTS = { seeds: 10_000, first: 1, transitions: 10_000_000, steps: 1000 };

/** Reads the command line. Throws on anything but whole positive numbers. */
export function readOptions(args: readonly string[]): Options {
  const option = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { seeds: option, first: option, transitions: option, steps: option },
  });
  const number = (name: keyof Options): number => {
    const value = Number(values[name] ?? DEFAULTS[name]);
    if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} takes a whole number of 1 or more`);
    return value;
  };
  return {
    seeds: number('seeds'),
    first: number('first'),
    transitions: number('transitions'),
    steps: number('steps'),
  };
}
