import type { CommandLine } from './parse.ts';
import type { FlagName } from './table.ts';
import type { FlagValue } from './value.ts';

/** Reads flags by name and type; of a flag given several times the last counts, except for `texts`. */
export interface FlagReader {
  on(name: FlagName): boolean;
  text(name: FlagName): string | undefined;
  number(name: FlagName): number | undefined;
  texts(name: FlagName): readonly string[];
  fields(name: FlagName): Readonly<Record<string, unknown>>;
}

export function flagReader(flags: CommandLine['flags']): FlagReader {
  const last = (name: FlagName): FlagValue | undefined => flags.get(name)?.at(-1);
  return {
    on: (name) => last(name) === true,
    text(name) {
      const value = last(name);
      return typeof value === 'string' ? value : undefined;
    },
    number(name) {
      const value = last(name);
      return typeof value === 'number' ? value : undefined;
    },
    texts: (name) => (flags.get(name) ?? []).flatMap(textsIn),
    fields(name) {
      const value = last(name);
      return typeof value === 'object' && !isTexts(value) ? value : {};
    },
  };
}

function textsIn(value: FlagValue): readonly string[] {
  if (isTexts(value)) return value;
  return typeof value === 'string' ? [value] : [];
}

const isTexts = (value: FlagValue): value is readonly string[] => Array.isArray(value);
