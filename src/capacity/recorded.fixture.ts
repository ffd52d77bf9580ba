import type { ModelShape } from './model-shape.ts';

/** What vLLM said of a start on one card, and where it is written down. */
export interface RecordedStart {
  readonly name: string;
  readonly source: string;
  readonly vllm: string;
  readonly card: string;
  /** As PyTorch sees the card. */
  readonly cardGib: number;
  readonly utilization: number;
  readonly shape: ModelShape;
  /** Keys of the pool and its flags that were not the defaults. */
  readonly maxModelLen: number;
  readonly args?: Readonly<Record<string, string | number | boolean>>;
  /** `Model loading took`. */
  readonly weightsGib: number;
  /** `Available KV cache memory`. */
  readonly kvGib: number;
  /** `GPU KV cache size`; `undefined` where it refused to start. */
  readonly kvTokens: number | undefined;
  /** By how much this arithmetic is off, in GiB of KV cache: more than there was is positive. */
  readonly errorGib: number;
  /** Since 0.21 an estimate for CUDA graphs is taken off before the cache is sized. */
  readonly countsGraphs: boolean;
}

const NONE = { kind: 'none' } as const;
const AWQ = { kind: 'int', bits: 4, groupSize: 128, hasZeros: true } as const;

const base = {
  experts: 1,
  tiesEmbeddings: false,
  storedAs: 'bfloat16',
  quantization: NONE,
  positionsMax: 131_072,
} as const;
const llama31: ModelShape = {
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
const qwen25: ModelShape = {
  ...llama31,
  layers: 28,
  hiddenSize: 3584,
  intermediateSize: 18_944,
  attentionHeads: 28,
  kvHeads: 4,
  vocabularySize: 152_064,
};
const qwen25Small: ModelShape = {
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
const qwen25Awq: ModelShape = {
  ...qwen25,
  layers: 48,
  hiddenSize: 5120,
  intermediateSize: 13_824,
  attentionHeads: 40,
  kvHeads: 8,
  storedAs: 'float16',
  quantization: AWQ,
};
const qwen3: ModelShape = {
  ...llama31,
  layers: 36,
  intermediateSize: 12_288,
  vocabularySize: 151_936,
};
const codeLlama: ModelShape = { ...llama31, intermediateSize: 11_008, kvHeads: 32, vocabularySize: 32_016 };
const granite31: ModelShape = {
  ...llama31,
  layers: 40,
  intermediateSize: 12_800,
  vocabularySize: 49_155,
  tiesEmbeddings: true,
};
const phi4: ModelShape = {
  ...llama31,
  layers: 40,
  hiddenSize: 5120,
  intermediateSize: 17_920,
  attentionHeads: 40,
  kvHeads: 10,
  vocabularySize: 100_352,
};

/** Its folder of start-up logs, each at `accuracy/results/v0.19.0/logs/`. */
const PLANNER =
  'https://github.com/jgchn/llm-d-planner/blob/6417620b546c621155b3f2814b994f7abd6d18e8/accuracy/results/v0.19.0/logs';
const H100 = {
  vllm: '0.19.0',
  card: 'H100-80GB',
  cardGib: 79.19,
  utilization: 0.95,
  maxModelLen: 8192,
  countsGraphs: false,
} as const;

/** Two starts of one command there differ by 1 GiB; of graphs the driver of Windows tells nothing. */
const WSL = {
  source:
    'https://github.com/enginrect/llmso/blob/068f7f454e7e9185d05a0c56e76b9b84bbef36c5/labs/optimization-in-practice-and-emerging-directions.md',
  vllm: 'of September 2026',
  card: 'RTX-4090',
  cardGib: 23.99,
  maxModelLen: 4096,
  countsGraphs: true,
} as const;

export const RECORDED_STARTS: readonly RecordedStart[] = [
  {
    ...H100,
    name: 'Llama-3.1-8B, bf16',
    source: `${PLANNER}/meta-llama-llama-3-1-8b---h100-80gb--tp1pp1dp1--8192.log`,
    shape: llama31,
    weightsGib: 14.99,
    kvGib: 58.11,
    kvTokens: 476_016,
    errorGib: -0.05,
  },
  {
    ...H100,
    name: 'Llama-3.1-8B, fp8 KV cache',
    source: `${PLANNER}/meta-llama---h100-80gb--tp1pp1dp1--8192-dtbf16-kvfp8.log`,
    shape: llama31,
    args: { 'kv-cache-dtype': 'fp8' },
    weightsGib: 14.99,
    kvGib: 58.11,
    kvTokens: 952_032,
    errorGib: -0.05,
  },
  {
    ...H100,
    name: 'Llama-3.1-8B, quantised to fp8 while loading',
    source: `${PLANNER}/meta-llama-llama-3---h100-80gb--tp1pp1dp1--8192-qfp8.log`,
    shape: llama31,
    args: { quantization: 'fp8' },
    weightsGib: 8.49,
    kvGib: 64.61,
    kvTokens: 529_248,
    errorGib: -0.05,
  },
  {
    ...H100,
    name: 'Llama-3.1-8B, GPTQ int4',
    source: `${PLANNER}/w4a16-redhatai-lla--h100-80gb--tp1pp1dp1--8192-dtf16.log`,
    shape: { ...llama31, storedAs: 'float16', quantization: AWQ },
    weightsGib: 5.38,
    kvGib: 67.71,
    kvTokens: 554_704,
    errorGib: -0.02,
  },
  {
    ...H100,
    name: 'Qwen2.5-7B, bf16',
    source: `${PLANNER}/qwen-qwen2-5-7b-instruct--h100-80gb--tp1pp1dp1--8192.log`,
    shape: qwen25,
    weightsGib: 14.25,
    kvGib: 58.53,
    kvTokens: 1_096_000,
    errorGib: -0.03,
  },
  {
    ...H100,
    name: 'Qwen2.5-7B, fp8 checkpoint',
    source: `${PLANNER}/fp8dyn-redhatai-qwen2-5---h100-80gb--tp1pp1dp1--8192.log`,
    shape: { ...qwen25, quantization: { kind: 'fp8' } },
    weightsGib: 8.14,
    kvGib: 64.64,
    kvTokens: 1_210_304,
    errorGib: -0.07,
  },
  {
    ...H100,
    name: 'Qwen3-8B, bf16',
    source: `${PLANNER}/qwen-qwen3-8b--h100-80gb--tp1pp1dp1--8192.log`,
    shape: qwen3,
    weightsGib: 15.27,
    kvGib: 57.5,
    kvTokens: 418_688,
    errorGib: -0.07,
  },
  {
    ...H100,
    name: 'CodeLlama-7B, as many KV heads as heads',
    source: `${PLANNER}/codellama-codellama-7b-h--h100-80gb--tp1pp1dp1--8192.log`,
    shape: codeLlama,
    weightsGib: 12.56,
    kvGib: 61.66,
    kvTokens: 126_256,
    errorGib: -0.05,
  },
  {
    ...H100,
    name: 'granite-3.1-8b, one table for words',
    source: `${PLANNER}/granite-3-1-8b--h100-80gb--tp1pp1dp1--8192.log`,
    shape: granite31,
    weightsGib: 15.25,
    kvGib: 58.66,
    kvTokens: 384_432,
    errorGib: 0.2,
  },
  {
    ...H100,
    name: 'phi-4',
    source: `${PLANNER}/microsoft-phi-4--h100-80gb--tp1pp1dp1--8192.log`,
    shape: phi4,
    weightsGib: 27.39,
    kvGib: 46.08,
    kvTokens: 241_568,
    errorGib: 0.03,
  },
  {
    name: 'Qwen2.5-14B AWQ on an A10G',
    source: 'https://github.com/sirzzang/sirzzang.github.io (a post of April 2026 on failing starts of vLLM on EKS)',
    vllm: '0.19.1',
    card: 'A10G',
    cardGib: 22.3, // from the two starts: 8.92 GiB more KV cache for 0.4 more of the card
    utilization: 0.9,
    maxModelLen: 4096,
    shape: qwen25Awq,
    weightsGib: 9.38,
    kvGib: 9.1,
    kvTokens: 49_696,
    errorGib: 0.76,
    countsGraphs: false,
  },
  {
    name: 'Qwen2.5-14B AWQ on half an A10G, refused',
    source: 'https://github.com/sirzzang/sirzzang.github.io (the same post)',
    vllm: '0.19.1',
    card: 'A10G',
    cardGib: 22.3,
    utilization: 0.5,
    maxModelLen: 16_384,
    shape: qwen25Awq,
    weightsGib: 9.38,
    kvGib: 0.18,
    kvTokens: undefined,
    errorGib: 0.9,
    countsGraphs: false,
  },
  {
    name: 'Qwen3-8B AWQ on an L40S',
    source: 'https://github.com/TechBroMoho/quantized-llm-serving (probe-20260923T213438Z; configs/phase6_bench.yaml)',
    vllm: '0.10.2',
    card: 'L40S',
    cardGib: 44.4,
    utilization: 0.9,
    maxModelLen: 1024,
    shape: { ...qwen3, quantization: AWQ },
    weightsGib: 5.71,
    kvGib: 33.03,
    kvTokens: 240_544,
    errorGib: 0.33,
    countsGraphs: false,
  },
  {
    name: 'Qwen2.5-7B on an RTX 4090',
    source:
      'https://github.com/hzk-123/llm-infra-learning-lab/blob/b83f5138c21eadce2592d2bd9979882c86ec3440/logs/08_serving_vllm/day49.md',
    vllm: '0.24.0',
    card: 'RTX-4090',
    cardGib: 23.64,
    utilization: 0.85,
    maxModelLen: 2048,
    shape: qwen25,
    weightsGib: 14.29,
    kvGib: 4.45,
    kvTokens: 83_376,
    errorGib: -0.09,
    countsGraphs: true,
  },
  {
    name: 'Qwen2.5-0.5B on an RTX 4090',
    source:
      'https://github.com/hzk-123/llm-infra-learning-lab/blob/b83f5138c21eadce2592d2bd9979882c86ec3440/logs/08_serving_vllm/day49.md',
    vllm: '0.24.0',
    card: 'RTX-4090',
    cardGib: 23.64,
    utilization: 0.85,
    maxModelLen: 2048,
    shape: qwen25Small,
    weightsGib: 0.93,
    kvGib: 18.08,
    kvTokens: 1_579_808,
    errorGib: -0.36,
    countsGraphs: true,
  },
  {
    ...WSL,
    name: 'Qwen3-8B, WSL',
    utilization: 0.85,
    shape: qwen3,
    weightsGib: 15.27,
    kvGib: 4.67,
    kvTokens: 34032,
    errorGib: -1.26,
  },
  {
    ...WSL,
    name: 'Qwen3-8B AWQ, WSL',
    utilization: 0.85,
    shape: { ...qwen3, storedAs: 'float16', quantization: AWQ },
    weightsGib: 5.71,
    kvGib: 14.23,
    kvTokens: 103632,
    errorGib: -1.24,
  },
  {
    ...WSL,
    name: 'Qwen3-8B AWQ, WSL, another start',
    utilization: 0.9,
    shape: { ...qwen3, storedAs: 'float16', quantization: AWQ },
    weightsGib: 5.71,
    kvGib: 14.43,
    kvTokens: 105056,
    errorGib: -0.24,
  },
];
