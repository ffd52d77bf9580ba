import type { FlagKind } from './table.ts';

/** A flag's value after its kind was applied. */
export type FlagValue = string | number | boolean | readonly string[] | Readonly<Record<string, unknown>>;

const SUFFIXES: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
  T: 2 ** 40,
};

/** Reads the words behind a flag; `undefined` where they are not of its kind. */
export function readValue(kind: FlagKind, words: readonly string[]): FlagValue | undefined {
  const word = words[0] ?? '';
  switch (kind) {
    case 'switch':
      return true;
    case 'list':
      return words;
    case 'text':
      break;
    case 'integer':
      return /^[+-]?\d+$/.test(word) ? Number(word) : undefined;
    case 'number':
      return word.trim() !== '' && Number.isFinite(Number(word)) ? Number(word) : undefined;
    case 'size':
      return readSize(word);
    case 'json':
      return readObject(word);
  }
  return word;
}

/** `auto` is -1, as vLLM takes `--max-model-len auto`. */
function readSize(word: string): number | undefined {
  if (word === 'auto') return -1;
  const [, digits, suffix] = /^(-?\d+(?:\.\d+)?)([kKmMgGtT]?)$/.exec(word) ?? [];
  if (digits === undefined) return undefined;
  return Math.trunc(Number(digits) * (SUFFIXES[suffix ?? ''] ?? 1));
}

function readObject(word: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(word);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined; // the caller names the flag
  }
}
