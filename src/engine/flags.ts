import type { FlagValue } from '../config/index.ts';

/** Long flags without their dashes, in the order they go out. */
export type Flags = Readonly<Record<string, FlagValue | undefined>>;

/**
 * Writes flags as vLLM's argparse takes them: `true` is a bare flag, `false` its `--no-` form, an object is JSON,
 * and `undefined` is left out. A value that starts with a dash is glued on, or argparse takes it for a flag.
 */
export function writeFlags(flags: Flags): string[] {
  return Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : writeFlag(name, value)));
}

function writeFlag(name: string, value: FlagValue): string[] {
  if (value === true) return [`--${name}`];
  if (value === false) return [`--no-${name}`];
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.startsWith('-') ? [`--${name}=${text}`] : [`--${name}`, text];
}
