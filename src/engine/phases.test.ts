import { expect, test } from 'bun:test';
import type { StartPhase } from './launch.ts';
import { startPhaseOf } from './phases.ts';

/** Lines of real starts (vllm#11005, vllm#30515, vllm#46389 among others). */
const LINES: readonly (readonly [StartPhase | undefined, string])[] = [
  [undefined, '(APIServer pid=30506) INFO 11-21 00:16:27 [utils.py:240] version 0.32.0'],
  ['configuring', "(APIServer pid=30506) INFO 11-21 00:16:27 [utils.py:236] non-default args: {'uds': '/run/a.sock'}"],
  ['configuring', '(APIServer pid=30506) INFO 11-21 00:16:30 [model.py:555] Resolved architecture: Qwen2ForCausalLM'],
  ['configuring', '(APIServer pid=30506) INFO 11-21 00:16:30 [model.py:1731] Using max model len 2048'],
  [
    'configuring',
    '(EngineCore pid=31) INFO 11-21 00:16:39 [core.py:101] Initializing a V1 LLM engine (v0.32.0) with config: model=…',
  ],
  [
    'loading',
    '(EngineCore pid=31) INFO 11-21 00:16:40 [gpu_model_runner.py:3] Starting to load model /models/qwen2...',
  ],
  ['loading', 'Loading safetensors checkpoint shards:  56% Completed | 5/9 [00:13<00:11,  2.87s/it]'],
  [
    'loading',
    '(EngineCore pid=1265223) INFO 06-02 00:51:39 [default_loader.py:397] Loading weights took 26.93 seconds',
  ],
  [
    'loading',
    '(EngineCore pid=1265223) INFO 06-02 00:51:40 [model_runner.py:295] Model loading took 7.64 GiB and 32.97 seconds',
  ],
  [
    'compiling',
    "(EngineCore pid=1265223) INFO 06-02 00:51:49 [backends.py:1089] Using cache directory: /c/torch_compile_cache/a00dd for vLLM's torch.compile",
  ],
  [
    'compiling',
    '(EngineCore pid=1265223) INFO 06-02 00:51:49 [backends.py:1148] Dynamo bytecode transform time: 8.52 s',
  ],
  [
    'compiling',
    '(Worker_TP0 pid=111) INFO 05-21 06:32:01 [backends.py:292] Directly load the compiled graph(s) for compile range (1, 8192) from the cache, took 11.657 s',
  ],
  [
    'compiling',
    '(Worker_TP0 pid=52) INFO 05-06 05:41:17 [backends.py:393] Compiling a graph for compile range (1, 8192) takes 26.64 s',
  ],
  ['compiling', '(Worker_TP0 pid=52) INFO 05-06 05:41:30 [monitor.py:53] torch.compile took 48.89 s in total'],
  ['kv_cache', '(EngineCore_DP0 pid=387) INFO 03-08 16:44:29 [gpu_worker.py:456] Available KV cache memory: 17.36 GiB'],
  [
    'kv_cache',
    '(EngineCore_DP0 pid=387) INFO 03-08 16:44:29 [kv_cache_utils.py:1314] GPU KV cache size: 188,640 tokens',
  ],
  ['capturing', 'Capturing CUDA graphs (mixed prefill-decode, PIECEWISE): 100%|████| 67/67 [00:02<00:00, 27.45it/s]'],
  [
    'capturing',
    '(EngineCore_DP0 pid=1019664) INFO 10-08 06:06:56 [gpu_model_runner.py:3118] Graph capturing finished in 3 secs, took 0.77 GiB',
  ],
  [
    undefined,
    '(EngineCore pid=31) INFO 11-21 00:16:44 [core.py:280] init engine (profile, create kv cache, warmup model) took 4.10 s',
  ],
  [
    'listening',
    '(APIServer pid=30506) INFO 11-21 00:16:45 [api_server.py:1980] Starting vLLM server on http://127.0.0.1:18101',
  ],
  ['listening', '(APIServer pid=30506) INFO 11-21 00:16:45 [launcher.py:38] Available routes are:'],
  ['listening', '(APIServer pid=30506) INFO:     Application startup complete.'],
  [
    undefined,
    '(APIServer pid=30506) INFO 11-21 00:17:00 [loggers.py:259] Engine 000: Avg prompt throughput: 1.4 tokens/s, Running: 1 reqs, GPU KV cache usage: 0.1%',
  ],
  [undefined, ''],
];

test.each(LINES)('%s: %s', (phase, line) => {
  expect(startPhaseOf(line)).toBe(phase);
});
