import { expect, test } from 'bun:test';
import { GIB, MIB } from './bytes.ts';
import { modelSize } from './model-size.ts';

test.each([
  ['Qwen/Qwen2.5-14B-Instruct-AWQ', 9.3, 192],
  ['sim/heavy', 9.3, 192],
  ['Qwen/Qwen3-8B-AWQ', 5.7, 144],
  ['sim/light-8b', 5.7, 144],
  ['test/model', 5.7, 144],
  ['Qwen/Qwen3-0.6B', 0.42, 144],
  ['org/heavy-30b-a3b', 21, 144],
])('%s', (model, weightsGib, kvKib) => {
  const size = modelSize(model, undefined);
  expect(size.weightsBytes / GIB).toBeCloseTo(weightsGib);
  expect(size.kvBytesPerToken / 1024).toBe(kvKib);
});

test('a flag outranks the name', () => {
  expect(modelSize('sim/heavy', 500).weightsBytes).toBe(500 * MIB);
});
