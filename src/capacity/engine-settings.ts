import { CARD_MEMORY_FRACTION_MAX, type FlagValue, type PoolConfig, type ReplicaConfig } from '../config/index.ts';
import { GIB } from './bytes.ts';
import { FLOAT_BYTES, type FloatType, type ModelShape } from './model-shape.ts';

/** The flags of a replica that its memory depends on, with vLLM's own defaults filled in. */
export interface EngineSettings {
  /** Share of the whole card, 0..1. */
  readonly utilization: number;
  /** Longest request, in tokens; `undefined` where neither config nor model says one. */
  readonly maxModelLen: number | undefined;
  readonly sequencesMax: number;
  /** Tokens of one step of the engine. */
  readonly batchedTokensMax: number;
  readonly blockTokens: number;
  /** Of one number in the KV cache. */
  readonly kvElementBytes: number;
  /** Type that unquantised weights are loaded as. */
  readonly loadedAs: FloatType;
  /** A checkpoint that is not quantised is quantised to 8 bits while it loads. */
  readonly quantizesToFp8: boolean;
  readonly capturesGraphs: boolean;
  /** `--kv-cache-memory-bytes`: nothing is measured then. */
  readonly kvCacheBytes: number | undefined;
  /** Flags whose memory is not counted here. */
  readonly uncounted: readonly string[];
  /** Flags that spread one engine over several cards, which this arithmetic does not do. */
  readonly spreads: boolean;
}

/** vLLM's size of a block of KV cache on a GPU (vllm/config/cache.py). */
const BLOCK_TOKENS = 16;
const UNCOUNTED = ['speculative-config', 'enable-lora', 'cpu-offload-gb', 'kv-transfer-config', 'compilation-config'];
const SPREADING = ['tensor-parallel-size', 'pipeline-parallel-size', 'data-parallel-size'];

type Flags = Readonly<Record<string, FlagValue | undefined>>;

export function engineSettings(
  pool: PoolConfig,
  replica: ReplicaConfig,
  shape: ModelShape,
  cardBytes: number,
): EngineSettings {
  const flags: Flags = { ...pool.args, ...replica.args };
  const maxModelLen = pool.maxModelLen ?? shape.positionsMax;
  const batch = batchOf(flags, maxModelLen, cardBytes);
  const loadedAs = loadedAsOf(flags['dtype'], shape);
  return {
    utilization: replica.gpuMemoryUtilization ?? CARD_MEMORY_FRACTION_MAX,
    maxModelLen,
    ...batch,
    blockTokens: sizeOf(flags['block-size']) ?? BLOCK_TOKENS,
    kvElementBytes: kvElementBytes(flags['kv-cache-dtype'], loadedAs),
    loadedAs,
    quantizesToFp8: flags['quantization'] === 'fp8' && shape.quantization.kind === 'none',
    capturesGraphs: flags['enforce-eager'] !== true,
    kvCacheBytes: sizeOf(flags['kv-cache-memory-bytes'] ?? flags['kv-cache-memory']),
    uncounted: UNCOUNTED.filter((it) => flags[it] !== undefined && flags[it] !== false),
    spreads: SPREADING.some((it) => (sizeOf(flags[it]) ?? 1) > 1),
  };
}

/**
 * Sequences and tokens of a step where the flags do not say: by the size of the card (vllm/engine/arg_utils.py,
 * `get_batch_defaults`, 0.32.0). vLLM gives an A100 of 80 GiB the smaller ones, which is not seen here.
 */
function batchOf(flags: Flags, maxModelLen: number | undefined, cardBytes: number) {
  const [sequences, tokens] =
    cardBytes >= 160 * GIB ? [1024, 16_384] : cardBytes >= 70 * GIB ? [1024, 8192] : [256, 2048];
  const askedSequences = sizeOf(flags['max-num-seqs']);
  const askedTokens = sizeOf(flags['max-num-batched-tokens']);
  const most = (askedSequences ?? sequences) * (maxModelLen ?? Infinity);
  const batchedTokensMax = askedTokens ?? Math.min(tokens, most);
  return { sequencesMax: askedSequences ?? Math.min(sequences, batchedTokensMax), batchedTokensMax };
}

/** `auto` loads float32 as float16, all else as it is stored (vllm/config/model.py, `_get_and_verify_dtype`). */
function loadedAsOf(flag: FlagValue | undefined, { storedAs }: ModelShape): FloatType {
  if (flag === 'float32' || flag === 'float') return 'float32';
  if (flag === 'float16' || flag === 'half') return 'float16';
  if (flag === 'bfloat16') return 'bfloat16';
  return storedAs === 'float32' ? 'float16' : storedAs;
}

function kvElementBytes(flag: FlagValue | undefined, loadedAs: FloatType): number {
  if (typeof flag !== 'string' || flag === 'auto') return FLOAT_BYTES[loadedAs];
  if (/^(?:fp8|int8)/.test(flag)) return 1;
  return flag === 'float32' ? 4 : 2;
}

const UNITS: Readonly<Record<string, number>> = {
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
  T: 1024 ** 4,
};

/** A number as vLLM's argparse takes it: `2048`, `8k` = 8000, `8K` = 8192, `1.5G`; `undefined` for anything else. */
export function sizeOf(value: FlagValue | undefined): number | undefined {
  const [, digits, unit = ''] =
    /^(\d+(?:\.\d+)?)([kmgtKMGT]?)$/.exec(typeof value === 'object' ? '' : `${value}`) ?? [];
  if (digits === undefined) return undefined;
  const size = Math.floor(Number(digits) * (UNITS[unit] ?? 1));
  return size > 0 ? size : undefined;
}
