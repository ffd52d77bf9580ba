import { expect, test } from 'bun:test';
import { parseEngineMetrics } from './metrics.ts';

const SCRAPE = `# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="Qwen/Qwen2.5-14B-Instruct-AWQ"} 3.0
vllm:num_requests_waiting{engine="0",model_name="Qwen/Qwen2.5-14B-Instruct-AWQ"} 1.0
vllm:num_requests_waiting_by_reason{engine="0",model_name="Qwen/Qwen2.5-14B-Instruct-AWQ",reason="capacity"} 9.0
vllm:kv_cache_usage_perc{engine="0",model_name="Qwen/Qwen2.5-14B-Instruct-AWQ"} 0.25
vllm:num_preemptions_total{engine="0",model_name="Qwen/Qwen2.5-14B-Instruct-AWQ"} 4.0
vllm:num_preemptions_created{engine="0",model_name="Qwen/Qwen2.5-14B-Instruct-AWQ"} 1.76e+09
vllm:generation_tokens_total{engine="0",model_name="Qwen/Qwen2.5-14B-Instruct-AWQ"} 1.234567e+06
vllm:generation_tokens_created{engine="0",model_name="Qwen/Qwen2.5-14B-Instruct-AWQ"} 1.76e+09
vllm:iteration_tokens_total_bucket{engine="0",le="1.0",model_name="Qwen/Qwen2.5-14B-Instruct-AWQ"} 11.0
vllm:iteration_tokens_total_count{engine="0",model_name="Qwen/Qwen2.5-14B-Instruct-AWQ"} 6294.0
vllm:iteration_tokens_total_sum{engine="0",model_name="Qwen/Qwen2.5-14B-Instruct-AWQ"} 77.0
vllm:cache_config_info{block_size="16",cache_dtype="auto",engine="0",kv_cache_size_tokens="188640",num_gpu_blocks="11790",num_gpu_blocks_override="None"} 1.0
`;

test('takes the seven figures that matter out of a scrape', () => {
  expect(parseEngineMetrics(SCRAPE)).toEqual({
    iterations: 6294,
    generatedTokens: 1_234_567,
    running: 3,
    waiting: 1,
    preemptions: 4,
    kvUsage: 0.25,
    kvTokens: 188_640,
  });
});

test('adds up the cores of one server', () => {
  const second = SCRAPE.replaceAll('engine="0"', 'engine="1"').replace('} 0.25', '} 0.75');
  expect(parseEngineMetrics(SCRAPE + second)).toMatchObject({
    iterations: 12_588,
    running: 6,
    preemptions: 8,
    kvUsage: 0.5,
    kvTokens: 377_280,
  });
});

test('counts the KV cache in blocks where tokens are not told', () => {
  const older = SCRAPE.replace('kv_cache_size_tokens="188640"', 'kv_cache_size_tokens="None"');
  expect(parseEngineMetrics(older).kvTokens).toBe(11_790 * 16);
  expect(parseEngineMetrics(older.replace('num_gpu_blocks="11790"', 'num_gpu_blocks="None"')).kvTokens).toBeUndefined();
});

test('is content with a page that says none of it', () => {
  const nothing = {
    iterations: undefined,
    generatedTokens: undefined,
    running: undefined,
    waiting: undefined,
    preemptions: undefined,
    kvUsage: undefined,
    kvTokens: undefined,
  };
  expect(parseEngineMetrics('')).toEqual(nothing);
  expect(parseEngineMetrics('<html>vllm:num_requests_running 3</html>\nvllm:num_requests_running{} NaN\n')).toEqual(
    nothing,
  );
});

test('a model name full of braces and quotes does no harm', () => {
  expect(parseEngineMetrics('vllm:num_requests_running{model_name="a} 9 \\"{b"} 2.0\n').running).toBe(2);
});
