import type { ModelShape } from './model-shape.ts';

const AWQ = { kind: 'int', bits: 4, groupSize: 128, hasZeros: true } as const;

/**
 * Shapes of the models that the shipped config names, so that it can be planned before they are fetched: as their publisher's
 * `config.json` has them. What vLLM said of both, weights and tokens of KV cache, is met by them in recorded.test.ts.
 */
export const KNOWN_MODELS: Readonly<Record<string, ModelShape>> = {
  'Qwen/Qwen2.5-14B-Instruct-AWQ': {
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
    quantization: AWQ,
    positionsMax: 32_768,
    notes: [],
  },
  'Qwen/Qwen3-8B-AWQ': {
    layers: 36,
    hiddenSize: 4096,
    intermediateSize: 12_288,
    experts: 1,
    attentionHeads: 32,
    kvHeads: 8,
    headSize: 128,
    vocabularySize: 151_936,
    tiesEmbeddings: false,
    storedAs: 'float16',
    quantization: AWQ,
    positionsMax: 40_960,
    notes: [],
  },
};
