import { GIB, KIB, MIB } from './bytes.ts';

/** What a model takes of a card. */
export interface ModelSize {
  readonly weightsBytes: number;
  readonly kvBytesPerToken: number;
  readonly shards: number;
}

/** Qwen2.5-14B AWQ: 48 layers × 8 heads × 128 × 2 × 2 bytes a token; Qwen3-8B AWQ: 36 layers. From their model cards. */
const HEAVY: ModelSize = { weightsBytes: 9.3 * GIB, kvBytesPerToken: 192 * KIB, shards: 3 };
const LIGHT: ModelSize = { weightsBytes: 5.7 * GIB, kvBytesPerToken: 144 * KIB, shards: 2 };

/** Four bits a parameter, scales included: what both weigh, about. */
const BYTES_PER_BILLION = 0.7 * GIB;

/** Reads a model's size from its name: `…14B…`, `heavy`, `…8b…`, `light`, any other number of billions. */
export function modelSize(model: string, weightsMib: number | undefined): ModelSize {
  const named = namedSize(model.toLowerCase());
  return weightsMib === undefined ? named : { ...named, weightsBytes: weightsMib * MIB };
}

function namedSize(model: string): ModelSize {
  const [, digits] = /(?<![\d.])(\d+(?:\.\d+)?)b(?![a-z])/.exec(model) ?? [];
  const billions = Number(digits);
  if (billions === 14 || (digits === undefined && model.includes('heavy'))) return HEAVY;
  if (billions === 8 || digits === undefined) return LIGHT;
  return { ...LIGHT, weightsBytes: billions * BYTES_PER_BILLION };
}
