/** What one scrape of an engine's `/metrics` says, summed over its cores; `undefined` where a series is missing. */
export interface EngineMetrics {
  /** Engine steps so far: stands still only when the engine does, or has nothing to do. */
  readonly iterations: number | undefined;
  readonly generatedTokens: number | undefined;
  readonly running: number | undefined;
  readonly waiting: number | undefined;
  /** Tokens that its KV cache holds. */
  readonly kvTokens: number | undefined;
}

/** The lines that matter, out of some 600 (names: vllm/v1/metrics/loggers.py). Groups: name, labels, value. */
const LINE =
  /^vllm:(iteration_tokens_total_count|generation_tokens_total|num_requests_running|num_requests_waiting|cache_config_info)(?:\{(.*)\})? (\S+)/gm;

/** Reads Prometheus text as vLLM writes it. Whatever it does not know or cannot read is as if it were absent. */
export function parseEngineMetrics(text: string): EngineMetrics {
  const sums = new Map<string, number>();
  for (const [, name = '', labels = '', value] of text.matchAll(LINE)) {
    const number = name === 'cache_config_info' ? kvTokensOf(labels) : Number(value);
    if (number !== undefined && Number.isFinite(number)) sums.set(name, (sums.get(name) ?? 0) + number);
  }
  return {
    iterations: sums.get('iteration_tokens_total_count'),
    generatedTokens: sums.get('generation_tokens_total'),
    running: sums.get('num_requests_running'),
    waiting: sums.get('num_requests_waiting'),
    kvTokens: sums.get('cache_config_info'),
  };
}

/** vLLM tells its capacity in labels, older versions only as blocks. `None` stands for "not known". */
function kvTokensOf(labels: string): number | undefined {
  const tokens = label(labels, 'kv_cache_size_tokens');
  if (tokens !== undefined) return tokens;
  const blocks = label(labels, 'num_gpu_blocks');
  const blockSize = label(labels, 'block_size');
  return blocks === undefined || blockSize === undefined ? undefined : blocks * blockSize;
}

function label(labels: string, name: string): number | undefined {
  const value = new RegExp(`(?:^|,)${name}="(\\d+)"`).exec(labels)?.[1];
  return value === undefined ? undefined : Number(value);
}
