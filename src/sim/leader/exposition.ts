import { BLOCK_TOKENS, type BatchLimits } from '../model/batch.ts';
import type { Histogram, Series } from './series.ts';

/** What the labels say. */
export interface ExpositionFacts {
  readonly modelName: string;
  readonly limits: BatchLimits;
  readonly maxModelLen: number;
}

/** `/metrics` in Prometheus' text format, under vLLM's names (vllm/v1/metrics/loggers.py). */
export function expose(series: Series, facts: ExpositionFacts): string {
  const labels = `engine="0",model_name=${JSON.stringify(facts.modelName)}`;
  const { core } = series;
  const one = (type: 'gauge' | 'counter', name: string, value: number, more = '') =>
    `# HELP vllm:${name} Simulated.\n# TYPE vllm:${name} ${type}\nvllm:${name}{${labels}${more}} ${value}\n`;
  const reasons = Object.entries(series.finished)
    .filter(([reason]) => reason !== 'tool_calls') // the engine below the API knows this one as "stop"
    .map(([reason, count]) => [reason, reason === 'stop' ? count + series.finished.tool_calls : count] as const);
  return [
    one('gauge', 'num_requests_running', core.running),
    one('gauge', 'num_requests_waiting', core.waiting),
    one('gauge', 'num_requests_waiting_by_reason', core.waiting, ',reason="capacity"'),
    one('gauge', 'engine_sleep_state', 1, ',sleep_state="awake"'),
    one('gauge', 'kv_cache_usage_perc', core.kvUsage),
    one('counter', 'prefix_cache_queries_total', core.promptTokens),
    one('counter', 'prefix_cache_hits_total', 0),
    one('counter', 'num_preemptions_total', core.preemptions),
    one('counter', 'prompt_tokens_total', core.promptTokens),
    one('counter', 'generation_tokens_total', core.generatedTokens),
    one('counter', 'admission_rejections_total', series.rejections, ',reason="max_num_queued_reqs"'),
    '# HELP vllm:request_success_total Simulated.\n# TYPE vllm:request_success_total counter\n',
    ...reasons.map(([reason, count]) => `vllm:request_success_total{${labels},finished_reason="${reason}"} ${count}\n`),
    iterations(series, labels),
    histogram('time_to_first_token_seconds', series.timeToFirstTokenS, labels),
    histogram('e2e_request_latency_seconds', series.requestS, labels),
    cacheConfig(facts),
    `# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes ${process.memoryUsage.rss()}\n`,
  ].join('');
}

/** vLLM's histogram of tokens per step; here without its buckets. Its count stands still only when the engine does. */
function iterations({ core }: Series, labels: string): string {
  const name = 'vllm:iteration_tokens_total';
  return `# HELP ${name} Simulated.\n# TYPE ${name} histogram\n${name}_bucket{${labels},le="+Inf"} ${core.steps}\n${name}_count{${labels}} ${core.steps}\n${name}_sum{${labels}} ${core.stepTokens}\n`;
}

function histogram(name: string, { edges, counts, sum, count }: Histogram, labels: string): string {
  let below = 0;
  const buckets = edges.map((edge, index) => {
    below += counts[index] ?? 0;
    return `vllm:${name}_bucket{${labels},le="${edge}"} ${below}\n`;
  });
  const total = `vllm:${name}_bucket{${labels},le="+Inf"} ${count}\n`;
  const rest = `vllm:${name}_count{${labels}} ${count}\nvllm:${name}_sum{${labels}} ${sum}\n`;
  return `# HELP vllm:${name} Simulated.\n# TYPE vllm:${name} histogram\n${buckets.join('')}${total}${rest}`;
}

function cacheConfig({ limits, maxModelLen }: ExpositionFacts): string {
  const kvTokens = limits.kvBlocks * BLOCK_TOKENS;
  const labels = {
    block_size: BLOCK_TOKENS,
    engine: 0,
    kv_cache_max_concurrency: kvTokens / maxModelLen,
    kv_cache_size_tokens: kvTokens,
    num_gpu_blocks: limits.kvBlocks,
  };
  const written = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return `# HELP vllm:cache_config_info Simulated.\n# TYPE vllm:cache_config_info gauge\nvllm:cache_config_info{${written.join(',')}} 1\n`;
}
