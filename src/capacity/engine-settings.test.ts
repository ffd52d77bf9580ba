import { describe, expect, test } from 'bun:test';
import { GIB } from './bytes.ts';
import { engineSettings, sizeOf } from './engine-settings.ts';
import { KNOWN_MODELS } from './known-models.ts';
import { oneReplica } from './subject.fixture.ts';

const shape = KNOWN_MODELS['Qwen/Qwen3-8B-AWQ'];

function settings(pool: object, cardGib = 44.4) {
  const config = oneReplica(pool, 0.9);
  const [own, replica] = [config.pools['one'], config.replicas[0]];
  if (own === undefined || replica === undefined || shape === undefined) throw new Error('no subject');
  return engineSettings(own, replica, shape, cardGib * GIB);
}

describe('where the flags do not say, vLLM 0.32.0 does', () => {
  test.each([
    [24, 256, 2048],
    [44.4, 256, 2048],
    [79, 1024, 8192],
    [180, 1024, 16_384],
  ])('on a card of %d GiB: %d sequences, %d tokens a step', (gib, sequencesMax, batchedTokensMax) => {
    expect(settings({ max_model_len: 16_384 }, gib)).toMatchObject({ sequencesMax, batchedTokensMax });
  });

  test('never more tokens a step than all sequences have, nor more sequences than tokens', () => {
    expect(settings({ max_model_len: 4, args: { 'max-num-seqs': 8 } })).toMatchObject({ batchedTokensMax: 32 });
    expect(settings({ args: { 'max-num-batched-tokens': 100 } })).toMatchObject({ sequencesMax: 100 });
  });

  test("the model's own length where the pool names none", () => {
    expect(settings({}).maxModelLen).toBe(40_960);
  });
});

test.each([
  [{}, 2],
  [{ 'kv-cache-dtype': 'auto' }, 2],
  [{ 'kv-cache-dtype': 'fp8_e4m3' }, 1],
  [{ 'kv-cache-dtype': 'bfloat16', dtype: 'float32' }, 2],
  [{ dtype: 'float32' }, 4],
])('a number of the KV cache, by %j: %d bytes', (args, bytes) => {
  expect(settings({ args }).kvElementBytes).toBe(bytes);
});

test.each([
  [2048, 2048],
  ['2048', 2048],
  ['8k', 8000],
  ['8K', 8192],
  ['1.5G', 1.5 * GIB],
  ['-1', undefined],
  ['auto', undefined],
  [true, undefined],
  [undefined, undefined],
])('a size as argparse takes it: %p', (text, size) => {
  expect(sizeOf(text)).toBe(size);
});
