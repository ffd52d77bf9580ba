import { GIB, MIB } from './bytes.ts';
import type { EngineSettings } from './engine-settings.ts';
import type { ModelShape } from './model-shape.ts';

/*
 * What vLLM takes of its share beside weights and KV cache cannot be read from a config: it is measured at every start.
 * These are named guesses, fitted to recorded starts; how far each is off is in docs/capacity.md. Sources:
 * [P] github.com/jgchn/llm-d-planner, accuracy/results/v0.19.0: some 50 start-up logs of vLLM 0.19.0 on an H100.
 * [R] recorded.fixture.ts, where each log is named.
 */

/** Outside PyTorch, after the first look at the card: libraries, attention workspaces. [P]: 0.24 to 0.27 GiB on one card. */
const RUNTIME_BYTES = 0.25 * GIB;
/** The least of it that any of those logs shows, rounded down. */
const RUNTIME_LEAST_BYTES = 0.2 * GIB;

/** Small tensors that live through a step. [P]: what is left once the two peaks below are taken off. */
const STEP_BYTES = 64 * MIB;

/**
 * Of a step's widest layer, in numbers of 2 bytes a token: gate, up and their product of the feed-forward part; its input,
 * output and residual. [P]: 0.77 GiB of CodeLlama-7B and 0.85 GiB of granite-3.1-8b at 8192 tokens are met within 2 %.
 */
const FEED_FORWARD_COPIES = 3;
const HIDDEN_COPIES = 3;

/** Of sampling, for each sequence and word of the vocabulary: logits in two types, sorted. [P]: 14.9 to 16.2. */
const SAMPLER_BYTES_PER_LOGIT = 15;

/** Of the estimate that 0.21 and later take off for CUDA graphs. [P]: 0.61 GiB for 28 layers, 0.84 for 36, 0.81 for 40. */
const GRAPH_BYTES_PER_LAYER_AND_SIZE = 0.45 * MIB;

/** Rotary tables, scales and scratch space beside the checkpoint. [R]: 0.01 to 0.09 GiB. */
export const BUFFER_BYTES = 64 * MIB;

/** Of each process, on top of its share: it is there before vLLM looks. [R]: 0.17 GiB (RTX 4090) to 0.51 (H100). */
export const CONTEXT_BYTES = 0.51 * GIB;
export const CONTEXT_LEAST_BYTES = 0.17 * GIB;

/** What a replica takes of its share beside weights and KV cache. */
export interface Overhead {
  readonly runtimeBytes: number;
  readonly activationBytes: number;
  readonly graphBytes: number;
}

export const overheadBytes = (it: Overhead): number => it.runtimeBytes + it.activationBytes + it.graphBytes;

/** What is to be expected. */
export function likelyOverhead(shape: ModelShape, settings: EngineSettings): Overhead {
  const sampler = settings.sequencesMax * shape.vocabularySize * SAMPLER_BYTES_PER_LOGIT;
  return {
    runtimeBytes: RUNTIME_BYTES,
    activationBytes: Math.max(stepBytes(shape, settings), sampler) + STEP_BYTES,
    graphBytes: settings.capturesGraphs
      ? shape.layers * captureSizes(settings.sequencesMax) * GRAPH_BYTES_PER_LAYER_AND_SIZE
      : 0,
  };
}

/** What no start has been seen to do without: where even that leaves no room, vLLM refuses for certain. */
export function leastOverhead(shape: ModelShape, settings: EngineSettings): Overhead {
  return { runtimeBytes: RUNTIME_LEAST_BYTES, activationBytes: stepBytes(shape, settings) / 2, graphBytes: 0 };
}

function stepBytes(shape: ModelShape, { batchedTokensMax }: EngineSettings): number {
  return batchedTokensMax * (FEED_FORWARD_COPIES * shape.intermediateSize + HIDDEN_COPIES * shape.hiddenSize) * 2;
}

/** Batch sizes that graphs are captured for: 1, 2, 4, by 8 to 256, by 16 to 512 (vllm/config/vllm.py, `_set_cudagraph_sizes`). */
export function captureSizes(sequencesMax: number): number {
  const largest = Math.min(2 * sequencesMax, 512);
  const small = [1, 2, 4].filter((it) => it <= largest).length;
  const byEight = Math.max(0, Math.floor((Math.min(largest, 248) - 8) / 8) + 1);
  const bySixteen = Math.max(0, Math.floor((largest - 256) / 16) + 1);
  return small + byEight + bySixteen;
}
