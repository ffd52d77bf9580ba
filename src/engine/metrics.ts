/** What one scrape of an engine's `/metrics` says, of all its cores together; `undefined` where a series is missing. */
export interface EngineMetrics extends EngineLoad {
  /** Engine steps so far: stands still only when the engine does, or has nothing to do. */
  readonly iterations: number | undefined;
  readonly generatedTokens: number | undefined;
  readonly running: number | undefined;
  /** Tokens that its KV cache holds. */
  readonly kvTokens: number | undefined;
}

/** How much it has to do. */
export interface EngineLoad {
  /** Requests that its own scheduler keeps waiting. */
  readonly waiting: number | undefined;
  /** Requests ever put back from running to waiting, because the KV cache was full. */
  readonly preemptions: number | undefined;
  /** Part of the KV cache in use, 0 to 1. */
  readonly kvUsage: number | undefined;
}

/** The lines that matter, out of some 600 (names: vllm/v1/metrics/loggers.py). Groups: name, labels, value. */
const LINE =
  /^vllm:(iteration_tokens_total_count|generation_tokens_total|num_requests_running|num_requests_waiting|num_preemptions_total|kv_cache_usage_perc|cache_config_info)(?:\{(.*)\})? (\S+)/gm;

/** Reads Prometheus text as vLLM writes it. Whatever it does not know or cannot read is as if it were absent. */
export function parseEngineMetrics(text: string): EngineMetrics {
  const sums = new Map<string, number>();
  let caches = 0;
  for (const [, name = '', labels = '', value] of text.matchAll(LINE)) {
    const number = name === 'cache_config_info' ? kvTokensOf(labels) : Number(value);
    if (number === undefined || !Number.isFinite(number)) continue;
    sums.set(name, (sums.get(name) ?? 0) + number);
    if (name === 'kv_cache_usage_perc') caches += 1;
  }
  return {
    iterations: sums.get('iteration_tokens_total_count'),
    generatedTokens: sums.get('generation_tokens_total'),
    running: sums.get('num_requests_running'),
    waiting: sums.get('num_requests_waiting'),
    preemptions: sums.get('num_preemptions_total'),
    kvUsage: caches === 0 ? undefined : (sums.get('kv_cache_usage_perc') ?? 0) / caches,
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
