import { availableKvBytes, checkKvBytes, requestMemory, type Result, type Snapshot } from '../card/arithmetic.ts';
import { GIB, gibText, MIB } from '../card/bytes.ts';
import { openDevice, type Device } from '../card/device.ts';
import { hostCards } from '../card/host-cards.ts';
import type { ModelSize } from '../card/model-size.ts';
import { BLOCK_TOKENS } from '../model/batch.ts';
import { StartFailure } from './start-failure.ts';
import { CORE_TITLE } from './title.ts';

/** What a start is told of its card's memory. */
export interface MemoryPlan {
  readonly ledger: string;
  readonly card: number;
  /** Else what the ledger says. */
  readonly cardMib: number | undefined;
  /** Share of the whole card, 0..1. */
  readonly utilization: number;
  readonly model: ModelSize;
  /** `--kv-cache-memory-bytes`. */
  readonly kvCacheBytes: number | undefined;
  /** Capacity whatever the bytes are. */
  readonly kvTokens: number | undefined;
  readonly length: ModelLength;
  readonly keepMs: number;
}

/** The longest request. `fit`: a shorter one will do, as with `--max-model-len auto`. */
export interface ModelLength {
  readonly tokens: number;
  readonly must: 'hold' | 'fit';
}

/** What the profiling window left for the KV cache, and what vLLM says of it. */
export interface Measured {
  readonly bytes: number;
  readonly says: string;
}

/** The KV cache of a start. */
export interface KvCache {
  readonly tokens: number;
  readonly modelLen: number;
}

/** The steps of a start that change the card's memory, in their order. Each throws `StartFailure` where vLLM fails. */
export interface StartMemory {
  /** Makes the CUDA context, takes the first snapshot and passes admission. */
  admit(): void;
  loadShard(): void;
  /** From here to `measure` activations are at their peak. */
  profile(): void;
  measure(): Measured;
  /** Takes what was measured for the KV cache. */
  cacheKeys(bytes: number): KvCache;
  captureGraphs(): void;
}

/** Of every process that uses the card, before vLLM looks at it: on top of the utilization (gpu_worker.py:509-537, 0.32.0). */
const CONTEXT_BYTES = 300 * MIB;
/** What libraries take while the model loads and runs the first time. */
const LIBRARIES_BYTES = 200 * MIB;
const TRANSIENT_PEAK_BYTES = 1434 * MIB;
const GRAPHS_BYTES = 614 * MIB;

/** Keeps the accounts of one start on the card of the ledger. */
export function startMemory(plan: MemoryPlan): StartMemory {
  const { card, model, utilization } = plan;
  const device = deviceOf(plan);
  let init: Snapshot = { freeBytes: 0, totalBytes: 0 };
  let requestedBytes = 0;

  const measured = (): Result => {
    const profile = { requestedBytes, transientPeakBytes: TRANSIENT_PEAK_BYTES, graphsBytes: GRAPHS_BYTES };
    return availableKvBytes(init, device.snapshot(), profile);
  };
  return {
    admit() {
      take(device, CONTEXT_BYTES);
      init = device.snapshot();
      requestedBytes = bytesOf(requestMemory(init, utilization, card));
    },
    loadShard: () => take(device, model.weightsBytes / model.shards),
    profile() {
      take(device, LIBRARIES_BYTES);
      take(device, TRANSIENT_PEAK_BYTES);
    },
    measure() {
      device.free(TRANSIENT_PEAK_BYTES); // torch.accelerator.empty_cache() before the second look
      if (plan.kvCacheBytes !== undefined) return { bytes: plan.kvCacheBytes, says: reserved(plan.kvCacheBytes, init) };
      const bytes = bytesOf(measured());
      return { bytes, says: available(bytes) };
    },
    cacheKeys(bytes) {
      const cache = kvCache(plan, bytes);
      take(device, bytes);
      take(device, TRANSIENT_PEAK_BYTES); // PyTorch keeps it from the warm-up on
      return cache;
    },
    captureGraphs: () => take(device, GRAPHS_BYTES),
  };
}

function deviceOf({ ledger, card, cardMib, keepMs }: MemoryPlan): Device {
  const host = hostCards(ledger);
  if (card >= host.count || host.lost.includes(card)) {
    throw new StartFailure('RuntimeError: No CUDA GPUs are available');
  }
  return openDevice({ ledger, card, totalBytes: (cardMib ?? host.mib) * MIB, name: CORE_TITLE, keepMs });
}

function kvCache(plan: MemoryPlan, bytes: number): KvCache {
  const { kvBytesPerToken } = plan.model;
  const tokens = plan.kvTokens ?? Math.floor(bytes / kvBytesPerToken / BLOCK_TOKENS) * BLOCK_TOKENS;
  const { tokens: longest, must } = plan.length;
  const modelLen = must === 'fit' ? Math.max(1, Math.min(longest, tokens)) : longest;
  bytesOf(checkKvBytes(bytes, plan.kvTokens === undefined ? modelLen : 0, kvBytesPerToken));
  return { tokens, modelLen };
}

const available = (bytes: number): string => `Available KV cache memory: ${gibText(bytes)} GiB`;

/** gpu_worker.py:649-674 (0.32.0), which goes on about what this flag is for. */
const reserved = (bytes: number, { freeBytes }: Snapshot): string =>
  `Initial free memory ${gibText(freeBytes)} GiB, reserved ${gibText(bytes)} GiB memory for KV Cache as specified by kv_cache_memory_bytes config and skipped memory profiling. This does not respect the gpu_memory_utilization config.`;

function bytesOf(result: Result): number {
  if (!result.ok) throw new StartFailure(result.says);
  return result.bytes;
}

function take(device: Device, bytes: number): void {
  const refused = device.allocate(Math.ceil(bytes));
  if (refused !== undefined) throw new StartFailure(refused);
}

/** A start that no ledger counts: the capacity is what the flags say. */
export function uncounted(tokens: number, modelLen: number): StartMemory {
  const nothing = () => {};
  return {
    admit: nothing,
    loadShard: nothing,
    profile: nothing,
    measure: () => ({ bytes: 11 * GIB, says: available(11 * GIB) }),
    cacheKeys: () => ({ tokens, modelLen }),
    captureGraphs: nothing,
  };
}
