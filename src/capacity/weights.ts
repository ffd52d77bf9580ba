import { BUFFER_BYTES } from './assumptions.ts';
import type { EngineSettings } from './engine-settings.ts';
import type { ModelFacts } from './model-facts.ts';
import { FLOAT_BYTES, type ModelShape } from './model-shape.ts';
import { bitsPerWeight, type Quantization } from './quantization.ts';

/** Weights of a model once loaded, with their buffers; `undefined` where neither files nor arithmetic tell. */
export function weightBytes({ shape, checkpointBytes }: ModelFacts, settings: EngineSettings): number | undefined {
  if (settings.quantizesToFp8) return withBuffers(countedBytes(shape, { kind: 'fp8' }, settings));
  if (checkpointBytes === undefined) return withBuffers(countedBytes(shape, shape.quantization, settings));
  const isConverted = shape.quantization.kind === 'none';
  const ratio = isConverted ? FLOAT_BYTES[settings.loadedAs] / FLOAT_BYTES[shape.storedAs] : 1;
  return withBuffers(checkpointBytes * ratio);
}

const withBuffers = (bytes: number | undefined) => (bytes === undefined ? undefined : bytes + BUFFER_BYTES);

/** From the shape alone: linear layers at their quantisation, embeddings and the output layer as they are loaded. */
function countedBytes(shape: ModelShape, quantization: Quantization, settings: EngineSettings): number | undefined {
  const floatBytes = FLOAT_BYTES[settings.loadedAs];
  const bits = bitsPerWeight(quantization, floatBytes * 8);
  if (bits === undefined) return undefined;
  const { layers, hiddenSize, vocabularySize, tiesEmbeddings } = shape;
  const tables = (tiesEmbeddings ? 1 : 2) * vocabularySize * hiddenSize;
  const norms = (2 * layers + 1) * hiddenSize;
  return (layers * linearWeights(shape) * bits) / 8 + (tables + norms) * floatBytes;
}

/** Of one layer: q, k, v, o; gate, up and down of the feed-forward part, of each expert with its gate. */
function linearWeights(shape: ModelShape): number {
  const { hiddenSize, intermediateSize, experts, attentionHeads, kvHeads, headSize } = shape;
  const attention = 2 * hiddenSize * headSize * (attentionHeads + kvHeads);
  const feedForward = experts * 3 * hiddenSize * intermediateSize;
  return attention + feedForward + (experts > 1 ? experts * hiddenSize : 0);
}
