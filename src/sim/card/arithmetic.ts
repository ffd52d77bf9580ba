import { gibText } from './bytes.ts';

/** vLLM's arithmetic of card memory, version 0.32.0, in bytes. Line numbers are of vllm-project/vllm at that tag. */

/** `MemorySnapshot`: what `cudaMemGetInfo` says of the device, all processes together (vllm/utils/mem_utils.py:143). */
export interface Snapshot {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** A number, or the last line of the traceback that a start ends with. */
export type Result = { readonly ok: true; readonly bytes: number } | { readonly ok: false; readonly says: string };

const refused = (says: string): Result => ({ ok: false, says });

/** `request_memory`: a share of the whole card, which must be free now (v1/worker/utils.py:716-771). */
export function requestMemory(init: Snapshot, utilization: number, card: number): Result {
  const bytes = Math.ceil(init.totalBytes * utilization);
  if (init.freeBytes >= bytes) return { ok: true, bytes };
  return refused(
    `ValueError: Free memory on device cuda:${card} (${gibText(init.freeBytes)}/${gibText(init.totalBytes)} GiB) on startup is less than desired GPU memory utilization (${utilization}, ${gibText(bytes)} GiB). Decrease GPU memory utilization or reduce GPU memory used by other processes.`,
  );
}

/** What the profile run found beside the two looks at the device. */
export interface Profile {
  readonly requestedBytes: number;
  /** Peak of activations above what stays allocated: from PyTorch's own counters, so of this process alone. */
  readonly transientPeakBytes: number;
  readonly graphsBytes: number;
}

/**
 * `determine_available_memory`: what is left for the KV cache. The consumption is the device's free memory before
 * minus after (mem_utils.py:312-321), so whatever anybody else took meanwhile is charged to this engine (vllm#55827),
 * and an assertion falls where somebody gave back more than this engine took (gpu_worker.py:719-744, vllm#56830).
 */
export function availableKvBytes(init: Snapshot, after: Snapshot, profile: Profile): Result {
  if (init.freeBytes < after.freeBytes) {
    return refused(
      `AssertionError: Error in memory profiling. Initial free memory ${gibText(init.freeBytes)} GiB, current free memory ${gibText(after.freeBytes)} GiB. This happens when other processes sharing the same container release GPU memory while vLLM is profiling during initialization. To fix this, ensure consistent GPU memory allocation or isolate vLLM in its own container.`,
    );
  }
  const consumedBytes = init.freeBytes - after.freeBytes;
  const nonKvBytes = consumedBytes + profile.transientPeakBytes;
  return { ok: true, bytes: profile.requestedBytes - nonKvBytes - profile.graphsBytes };
}

const ADVICE = 'See https://docs.vllm.ai/en/latest/configuration/conserving_memory/ for more details.';

/** `_check_enough_kv_cache_memory`: room for one request of the longest length (v1/core/kv_cache_utils.py:1003-1040). */
export function checkKvBytes(availableBytes: number, modelLen: number, bytesPerToken: number): Result {
  if (availableBytes <= 0) {
    return refused(
      `ValueError: No available memory for the cache blocks. Try increasing \`gpu_memory_utilization\` when initializing the engine (this flag also controls CPU memory reservation on the CPU backend, despite its name). ${ADVICE}`,
    );
  }
  const neededBytes = modelLen * bytesPerToken;
  if (neededBytes <= availableBytes) return { ok: true, bytes: availableBytes };
  return refused(
    `ValueError: To serve at least one request with the model's max seq len (${modelLen}), (${gibText(neededBytes)} GiB KV cache is needed, which is larger than the available KV cache memory (${gibText(availableBytes)} GiB). Based on the available memory, the estimated maximum model length is ${Math.floor(availableBytes / bytesPerToken)}. Try increasing \`gpu_memory_utilization\` (which also controls CPU memory on the CPU backend) or decreasing \`max_model_len\` when initializing the engine. ${ADVICE}`,
  );
}
