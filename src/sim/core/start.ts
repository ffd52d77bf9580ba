import type { Fault, StartFaultName } from '../faults/table.ts';
import type { EngineLog } from '../log.ts';
import { BLOCK_TOKENS } from '../model/batch.ts';
import { captureGraphs } from './capture-graphs.ts';
import { compile } from './compile.ts';
import { loadWeights } from './load-weights.ts';
import type { Capacity, CoreSettings } from './messages.ts';
import { createPace } from './pace.ts';
import { StartFailure } from './start-failure.ts';
import type { Start } from './start-parts.ts';
import { startMemory, uncounted, type KvCache } from './start-memory.ts';

/** Comes up in vLLM's words and order, and takes the card's memory as it goes. Throws `StartFailure` where vLLM ends. */
export async function startCore(settings: CoreSettings, log: EngineLog, loading: () => void): Promise<Capacity> {
  const { model, maxModelLen, card, startFaults } = settings;
  const memory =
    settings.memory === undefined
      ? uncounted(card.limits.kvBlocks * BLOCK_TOKENS, maxModelLen)
      : startMemory(settings.memory);
  const fault = (name: StartFaultName) => startFaults.find((it: Fault) => it.name === name)?.amount;
  const start: Start = { settings, memory, pace: createPace(settings), log, fault };

  log.info('core.py:101', `Initializing a V1 LLM engine (v0.32.0, simulated) with config: model='${model}'`);
  await start.pace.until(0.05);
  memory.admit();
  log.info('gpu_model_runner.py:3700', `Starting to load model ${model}...`);
  loading();
  await failAsTold(start);
  await loadWeights(start);
  await compile(start);
  const cache = await cacheKeys(start);
  await captureGraphs(start);
  await start.pace.until(1);
  log.info(
    'core.py:270',
    `init engine (profile, create kv cache, warmup model) took ${start.pace.elapsedS().toFixed(2)} s`,
  );
  return { kvBlocks: Math.max(1, Math.floor(cache.tokens / BLOCK_TOKENS)), maxModelLen: cache.modelLen };
}

async function failAsTold({ fault, pace }: Start): Promise<void> {
  await pace.delay((fault('slow_start') ?? 0) * 1000);
  if (fault('oom_on_start') !== undefined) {
    throw new StartFailure(
      'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 270.00 MiB. GPU 0 has a total capacity of 44.42 GiB of which 150.00 MiB is free. (simulated)',
    );
  }
  if (fault('no_memory_on_start') === undefined) return;
  throw new StartFailure(
    'ValueError: Free memory on device cuda:0 (10.13/44.42 GiB) on startup is less than desired GPU memory utilization (0.52, 23.1 GiB). Decrease GPU memory utilization or reduce GPU memory used by other processes. (simulated)',
  );
}

/** Ends the profiling window and takes what it left for the KV cache. */
async function cacheKeys({ memory, pace, log }: Start): Promise<KvCache> {
  await pace.until(0.8);
  const { bytes, says } = memory.measure();
  log.info('gpu_worker.py:758', says);
  await pace.until(0.84);
  const cache = memory.cacheKeys(bytes);
  const concurrency = (cache.tokens / cache.modelLen).toFixed(2);
  log.info(
    'kv_cache_utils.py:2327',
    `GPU KV cache size: ${cache.tokens.toLocaleString('en-US')} tokens, Maximum concurrency for ${cache.modelLen.toLocaleString('en-US')} tokens per request: ${concurrency}x`,
  );
  return cache;
}
