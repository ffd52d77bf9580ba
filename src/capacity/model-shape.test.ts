import { describe, expect, test } from 'bun:test';
import { parseModelConfig } from './model-shape.ts';
import { bitsPerWeight } from './quantization.ts';

/** Qwen2.5-14B-Instruct-AWQ's, as it is published. */
const QWEN25_AWQ = {
  architectures: ['Qwen2ForCausalLM'],
  hidden_size: 5120,
  intermediate_size: 13_824,
  max_position_embeddings: 32_768,
  max_window_layers: 70,
  num_attention_heads: 40,
  num_hidden_layers: 48,
  num_key_value_heads: 8,
  quantization_config: {
    bits: 4,
    group_size: 128,
    modules_to_not_convert: null,
    quant_method: 'awq',
    version: 'gemm',
    zero_point: true,
  },
  sliding_window: 131_072,
  tie_word_embeddings: false,
  torch_dtype: 'float16',
  use_sliding_window: false,
  vocab_size: 152_064,
};

function shapeOf(document: object) {
  const parsed = parseModelConfig(JSON.stringify(document));
  if (parsed.is === 'unsupported') throw new Error(parsed.because);
  return parsed.shape;
}

const refusal = (document: object) => {
  const parsed = parseModelConfig(JSON.stringify({ ...QWEN25_AWQ, ...document }));
  return parsed.is === 'unsupported' ? parsed.because : undefined;
};

describe("a model's config.json", () => {
  test('tells what its memory depends on', () => {
    expect(shapeOf(QWEN25_AWQ)).toEqual({
      layers: 48,
      hiddenSize: 5120,
      intermediateSize: 13_824,
      experts: 1,
      attentionHeads: 40,
      kvHeads: 8,
      headSize: 128,
      vocabularySize: 152_064,
      tiesEmbeddings: false,
      storedAs: 'float16',
      quantization: { kind: 'int', bits: 4, groupSize: 128, hasZeros: true },
      positionsMax: 32_768,
      notes: [],
    });
  });

  test('a head size of its own counts, not hidden size by heads', () => {
    expect(shapeOf({ ...QWEN25_AWQ, head_dim: 64 }).headSize).toBe(64);
  });

  test('without groups of heads each head has keys and values', () => {
    expect(shapeOf({ ...QWEN25_AWQ, num_key_value_heads: null }).kvHeads).toBe(40);
  });

  test('the language part of a model that also sees is what counts, and it is said', () => {
    const { num_hidden_layers: _, ...outer } = QWEN25_AWQ;
    const shape = shapeOf({ ...outer, text_config: { num_hidden_layers: 36 } });
    expect(shape.layers).toBe(36);
    expect(shape.notes.join()).toContain('images');
  });

  test('stretched positions count, those that are already long do not twice', () => {
    const yarn = { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 32_768 };
    expect(shapeOf({ ...QWEN25_AWQ, rope_scaling: yarn }).positionsMax).toBe(131_072);
    const llama3 = { rope_type: 'llama3', factor: 8, original_max_position_embeddings: 8192 };
    expect(shapeOf({ ...QWEN25_AWQ, rope_scaling: llama3 }).positionsMax).toBe(32_768);
  });

  test('a sliding window that is used is told to be counted as none', () => {
    expect(shapeOf({ ...QWEN25_AWQ, use_sliding_window: true }).notes.join()).toContain('sliding window');
    expect(shapeOf({ ...QWEN25_AWQ, layer_types: ['full_attention', 'sliding_attention'] }).notes.join()).toContain(
      'sliding',
    );
  });

  test.each([
    ['multi-head latent attention', { kv_lora_rank: 512 }],
    ['linear_attention', { layer_types: ['linear_attention', 'full_attention'] }],
    ['num_hidden_layers', { num_hidden_layers: 0 }],
  ])('what this arithmetic cannot count is refused by name: %s', (word, document) => {
    expect(refusal(document)).toContain(word);
  });

  test.each(['', '{', '[]', 'null', '"text"'])('rubbish is no model: %s', (text) => {
    expect(parseModelConfig(text).is).toBe('unsupported');
  });
});

describe('quantisation', () => {
  const kindOf = (config: object) => shapeOf({ ...QWEN25_AWQ, quantization_config: config }).quantization;
  const compressed = (weights: object) => ({
    quant_method: 'compressed-tensors',
    config_groups: { group_0: { weights } },
  });

  test.each([
    ['gptq', { quant_method: 'gptq', bits: 4, group_size: 128, sym: true }, 4 + 20 / 128],
    ['awq without zero points', { quant_method: 'awq', bits: 4, group_size: 128, zero_point: false }, 4 + 16 / 128],
    ['gptq, a group a row', { quant_method: 'gptq', bits: 8, group_size: -1 }, 8],
    ['fp8', { quant_method: 'fp8', activation_scheme: 'dynamic' }, 8],
    ['compressed fp8', compressed({ num_bits: 8, type: 'float', strategy: 'channel', symmetric: true }), 8],
    ['compressed int4', compressed({ num_bits: 4, type: 'int', group_size: 128, symmetric: true }), 4 + 16 / 128],
    ['one that nobody here knows', { quant_method: 'mxfp4' }, undefined],
    ['four bits of a kind not known', compressed({ num_bits: 4, type: 'float', group_size: 16 }), undefined],
  ])('%s', (_, config, bits) => {
    expect(bitsPerWeight(kindOf(config), 16)).toBe(bits);
  });

  test('a mixture of forms is not counted', () => {
    const form = { num_bits: 4, type: 'int', group_size: 128 };
    const groups = { group_0: { weights: form }, group_1: { weights: { ...form, num_bits: 8 } } };
    expect(kindOf({ quant_method: 'compressed-tensors', config_groups: groups }).kind).toBe('unknown');
  });
});
