import { parseConfig, type Config } from '../config/index.ts';
import { GIB } from './bytes.ts';
import type { FoundModel } from './model-facts.ts';
import type { ModelShape } from './model-shape.ts';
import type { CardSize } from './plan-cards.ts';

/** A whole config from its text. Throws where it is not valid. */
export function configOf(text: string): Config {
  const result = parseConfig('/etc/ssw-infer/replicas.yaml', text, { env: { HOME: '/root' }, uid: 0 });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}

/** One pool with one replica on card 0. */
export function oneReplica(pool: object, utilization: number): Config {
  const replicas = [{ name: 'one-0', pool: 'one', gpu: 0, gpu_memory_utilization: utilization }];
  return configOf(JSON.stringify({ pools: { one: { model: 'some/model', ...pool } }, replicas }));
}

/** A model of which only the shape is known. */
export function modelOf(shape: ModelShape): FoundModel {
  return {
    is: 'found',
    facts: { shape, checkpointBytes: undefined, source: { shape: 'built-in', size: 'arithmetic' } },
  };
}

/** Cards of one size, by number. */
export function cardsOf(gib: number, ...gpus: number[]): ReadonlyMap<number, CardSize> {
  return new Map(gpus.map((gpu) => [gpu, { totalBytes: gib * GIB, from: 'given' }]));
}
