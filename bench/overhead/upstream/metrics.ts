import { MODEL } from './answers.ts';

/** More KV tokens than any load here can ask for, so that capacity never limits. */
const KV_TOKENS = 1_000_000_000;

/** The series of vLLM's `/metrics` that a supervisor reads (names: vllm/v1/metrics/loggers.py). */
export function metricsText(steps: number, running: number): string {
  const labels = `engine="0",model_name="${MODEL}"`;
  return [
    `vllm:cache_config_info{block_size="16",engine="0",kv_cache_size_tokens="${KV_TOKENS}"} 1.0`,
    `vllm:iteration_tokens_total_count{${labels}} ${steps}.0`,
    `vllm:generation_tokens_total{${labels}} ${steps}.0`,
    `vllm:num_requests_running{${labels}} ${running}.0`,
    `vllm:num_requests_waiting{${labels}} 0.0`,
    '',
  ].join('\n');
}
