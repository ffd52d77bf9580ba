/** Tokens per KV block, as vLLM's default on CUDA. */
export const BLOCK_TOKENS = 16;

/** One request's sequence inside the engine. */
export interface Sequence {
  readonly id: number;
  readonly promptTokens: number;
  /** How many tokens it will produce: the model's own end or the limit asked for, whichever comes first. ≥ 1. */
  readonly outputTokens: number;
  readonly producedTokens: number;
  /** Tokens whose keys and values are in the cache. */
  readonly computedTokens: number;
  readonly blocks: number;
}

/** What is inside the engine: `running` in order of admission, `waiting` in order of arrival. */
export interface Batch {
  readonly running: readonly Sequence[];
  readonly waiting: readonly Sequence[];
  readonly freeBlocks: number;
}

/** vLLM's `--max-num-seqs`, `--max-num-batched-tokens`, and the size of the KV cache. */
export interface BatchLimits {
  readonly sequencesMax: number;
  readonly tokensPerStepMax: number;
  readonly kvBlocks: number;
}

export const emptyBatch = (limits: BatchLimits): Batch => ({ running: [], waiting: [], freeBlocks: limits.kvBlocks });

export const isIdle = (batch: Batch): boolean => batch.running.length === 0 && batch.waiting.length === 0;

export const blocksFor = (tokens: number): number => Math.ceil(tokens / BLOCK_TOKENS);

/** Tokens that must be computed before the next one can be produced: the prompt at first, then one at a time. */
export const owedTokens = (sequence: Sequence): number =>
  sequence.promptTokens + sequence.producedTokens - sequence.computedTokens;

/** Puts a sequence at the end of the line. `promptTokens + outputTokens` must fit the whole cache, which vLLM ensures at start. */
export function add(batch: Batch, arrived: Pick<Sequence, 'id' | 'promptTokens' | 'outputTokens'>): Batch {
  const sequence: Sequence = { ...arrived, producedTokens: 0, computedTokens: 0, blocks: 0 };
  return { ...batch, waiting: [...batch.waiting, sequence] };
}

/** Takes sequences out, wherever they are; ids that are not there are no error, they may just have ended. */
export function remove(batch: Batch, ids: ReadonlySet<number>): Batch {
  const stays = (sequence: Sequence) => !ids.has(sequence.id);
  const freed = batch.running.reduce((sum, sequence) => sum + (stays(sequence) ? 0 : sequence.blocks), 0);
  return {
    running: batch.running.filter(stays),
    waiting: batch.waiting.filter(stays),
    freeBlocks: batch.freeBlocks + freed,
  };
}
