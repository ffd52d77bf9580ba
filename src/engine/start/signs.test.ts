import { expect, test } from 'bun:test';
import type { StartPhase } from './phase.ts';
import { startSignOf } from './signs.ts';

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
    'downloading',
    '(EngineCore pid=31) INFO 11-21 00:16:40 [gpu_model_runner.py:3] Starting to load model /models/qwen2...',
  ],
  [
    'downloading',
    '(EngineCore pid=1504) INFO 04-24 12:35:14 [weight_utils.py:581] Time spent downloading weights for kaitchup/Qwen3.5-27B-autoround-W4A16: 17.034664 seconds',
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
  [
    'compiling',
    '(Worker pid=112945) INFO 08-28 16:48:52 [cpu_model_runner.py:150] Warming up model for the compilation...',
  ],
  ['compiling', '(Worker pid=112945) INFO 08-28 16:49:32 [monitor.py:81] Initial profiling/warmup run took 2.87 s'],
  [
    'kv_cache',
    '(Worker pid=112945) INFO 08-28 16:49:33 [cpu_worker.py:255] Explicitly set (1.0/15.51) GiB for KV cache on node 0.',
  ],
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
  expect(startSignOf(line)?.phase).toBe(phase);
});

test.each([
  ['downloading', '(EngineCore pid=9) INFO 11-21 10:00:00 [model_runner.py:392] Loading model from scratch...'],
  [
    'loading',
    '(EngineCore pid=125) INFO 05-03 17:50:19 [weight_utils.py:904] Filesystem type for checkpoints: EXT4. Checkpoint size: 23.32 GiB. Available RAM: 87.94 GiB.',
  ],
])("%s, in the words of vLLM's second model runner: %s", (phase, line) => {
  expect(startSignOf(line)).toMatchObject({ phase, bar: undefined });
});

test.each([
  // vllm#12177, with huggingface_hub of that time
  ['model-00001-of-00006.safetensors: 100%|███████▉| 4.93G/4.93G [00:25<00:00, 194MB/s]', 'downloading', 100, 100],
  // vllm#36734
  [
    'model.safetensors-00008-of-00039.safeten(…):  45%|████▌     | 760M/1.69G [00:27<00:00, 61.1MB/s]',
    'downloading',
    45,
    100,
  ],
  ['Fetching 5 files:  40%|████      | 2/5 [00:10<00:15,  5.10s/it]', 'downloading', 40, 100],
  // vllm#38476, the prefix that vLLM gives each line of a process
  [
    '(Worker_PP0_TP0_EP0 pid=1947) Loading safetensors checkpoint shards:  56% Completed | 5/9 [00:13<00:11,  2.87s/it]',
    'loading',
    5,
    9,
  ],
  ['Loading pt checkpoint shards:   0% Completed | 0/2 [00:00<?, ?it/s]', 'loading', 0, 2],
  [
    'Loading safetensors using Runai Model Streamer:  10% Completed | 29/291 [00:01<00:12, 20.1it/s]',
    'loading',
    29,
    291,
  ],
  [
    '(EngineCore pid=182) INFO 07-02 21:58:56 [weight_utils.py:783] Prefetching checkpoint files: 10% (1/3)',
    'loading',
    1,
    3,
  ],
  ['Multi-thread loading shards:  50% Completed | 2/4 [00:02<00:02,  1.01s/it]', 'loading', 2, 4],
  ['Capturing prefill CUDA graphs (FULL):   3%|▎         | 1/35 [00:00<00:12, 2.70it/s]', 'capturing', 1, 35],
  ['Capturing CUDA graphs (decode, FULL):  18%|█▊        | 12/67 [00:02<00:00, 27.45it/s]', 'capturing', 12, 67],
] as const)('%s', (line, phase, done, total) => {
  expect(startSignOf(line)).toMatchObject({ phase, bar: { done, total } });
});

test.each([
  'config.json: 100%|██████████| 727/727 [00:00<00:00, 4.11MB/s]',
  'tokenizer.json:  45%|████▌     | 5.1M/11.4M [00:01<00:01, 4.11MB/s]',
  'Rendering prompts: 100%|██████████| 1/1 [00:00<00:00, 10.1it/s]',
])('a bar of something small is not the download of the weights: %s', (line) => {
  expect(startSignOf(line)).toBeUndefined();
});
