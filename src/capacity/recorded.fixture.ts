import type { ModelShape } from './model-shape.ts';
import { H100_STARTS } from './recorded-h100.fixture.ts';
import { AWQ, qwen25, qwen25Small, qwen25Awq, qwen3 } from './recorded-shapes.fixture.ts';

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
  ...H100_STARTS,
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
