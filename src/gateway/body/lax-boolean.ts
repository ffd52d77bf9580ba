/** Ways to say yes and no besides `true` and `false`, in any case (pydantic, "Conversion Table"): engines take them. */
const WORDS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 'on', 't', 'true', 'y', 'yes'].map((word): [string, boolean] => [word, true]),
  ...['0', 'off', 'f', 'false', 'n', 'no'].map((word): [string, boolean] => [word, false]),
]);

/** What an engine reads a value as where it wants a boolean; `undefined` where it says neither. */
export function laxBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return WORDS.get(String(value));
  return typeof value === 'string' ? WORDS.get(value.toLowerCase()) : undefined;
}
