import type { ModelShape } from './model-shape.ts';

const NONE = { kind: 'none' } as const;
export const AWQ = { kind: 'int', bits: 4, groupSize: 128, hasZeros: true } as const;

const base = {
  experts: 1,
  tiesEmbeddings: false,
  storedAs: 'bfloat16',
  quantization: NONE,
  positionsMax: 131_072,
} as const;
export const llama31: ModelShape = {
  ...base,
  layers: 32,
  hiddenSize: 4096,
  intermediateSize: 14_336,
  attentionHeads: 32,
  kvHeads: 8,
  headSize: 128,
  vocabularySize: 128_256,
  notes: [],
};
export const qwen25: ModelShape = {
  ...llama31,
  layers: 28,
  hiddenSize: 3584,
  intermediateSize: 18_944,
  attentionHeads: 28,
  kvHeads: 4,
  vocabularySize: 152_064,
};
export const qwen25Small: ModelShape = {
  ...qwen25,
  layers: 24,
  hiddenSize: 896,
  intermediateSize: 4864,
  attentionHeads: 14,
  kvHeads: 2,
  headSize: 64,
  vocabularySize: 151_936,
  tiesEmbeddings: true,
};
export const qwen25Awq: ModelShape = {
  ...qwen25,
  layers: 48,
  hiddenSize: 5120,
  intermediateSize: 13_824,
  attentionHeads: 40,
  kvHeads: 8,
  storedAs: 'float16',
  quantization: AWQ,
};
export const qwen3: ModelShape = {
  ...llama31,
  layers: 36,
  intermediateSize: 12_288,
  vocabularySize: 151_936,
};
export const codeLlama: ModelShape = { ...llama31, intermediateSize: 11_008, kvHeads: 32, vocabularySize: 32_016 };
export const granite31: ModelShape = {
  ...llama31,
  layers: 40,
  intermediateSize: 12_800,
  vocabularySize: 49_155,
  tiesEmbeddings: true,
};
export const phi4: ModelShape = {
  ...llama31,
  layers: 40,
  hiddenSize: 5120,
  intermediateSize: 17_920,
  attentionHeads: 40,
  kvHeads: 10,
  vocabularySize: 100_352,
};
