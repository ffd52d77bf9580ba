import { llamaSwap } from './llama-swap.ts';
import { llamactl } from './llamactl.ts';
import { ours } from './ours.ts';
import { processCompose } from './process-compose.ts';
import { supervisord } from './supervisord.ts';
import type { Target } from './target.ts';

/** Targets that are run by the path of a binary which the user has built. */
const BY_BINARY: Readonly<Record<string, (program: string) => Target>> = {
  'llama-swap': llamaSwap,
  llamactl,
  'process-compose': processCompose,
};

/** The target of that name. */
export function targetNamed(name: string, binary: string | undefined): Target {
  if (name === 'ours' || name === ours.name) return ours;
  if (name === supervisord.name) return supervisord;
  const make = BY_BINARY[name];
  if (make === undefined)
    throw new Error(`no target ${name}; there are ours, supervisord, ${Object.keys(BY_BINARY).join(', ')}`);
  if (binary === undefined) throw new Error(`--target ${name} needs --binary PATH: build it first`);
  return make(binary);
}
