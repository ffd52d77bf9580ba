import { BLOCK_TOKENS } from '../model/batch.ts';
import type { CoreSettings } from './messages.ts';

/** A line of the core's start, and the share of its start time that passes before it is written. */
export interface StartLine {
  readonly share: number;
  readonly file: string;
  readonly text: string;
}

const line = (share: number, file: string, text: string): StartLine => ({ share, file, text });

/** What a core says while it comes up, in vLLM's words and order. The shares sum to 1. */
export function startLines({ model, maxModelLen, card, startMs }: CoreSettings): readonly StartLine[] {
  const kvTokens = card.limits.kvBlocks * BLOCK_TOKENS;
  const inS = (share: number) => ((startMs * share) / 1000).toFixed(2);
  return [
    line(0, 'core.py:101', `Initializing a V1 LLM engine (v0.32.0, simulated) with config: model='${model}'`),
    line(0.05, 'gpu_model_runner.py:3700', `Starting to load model ${model}...`),
    line(
      0.2,
      'weight_utils.py:900',
      'Loading safetensors checkpoint shards:  50% Completed | 1/2 [00:01<00:01,  1.00s/it]',
    ),
    line(0.15, 'default_loader.py:314', `Loading weights took ${inS(0.35)} seconds`),
    line(0.05, 'gpu_model_runner.py:3760', `Model loading took 9.33 GiB memory and ${inS(0.4)} seconds`),
    line(0.05, 'backends.py:600', "Using cache directory: /simulated/torch_compile_cache for vLLM's torch.compile"),
    line(0.1, 'backends.py:620', `Dynamo bytecode transform time: ${inS(0.1)} s`),
    line(0.15, 'monitor.py:34', `torch.compile took ${inS(0.25)} s in total`),
    line(0.05, 'gpu_worker.py:540', 'Available KV cache memory: 11.00 GiB'),
    line(
      0.05,
      'kv_cache_utils.py:1300',
      `GPU KV cache size: ${kvTokens.toLocaleString('en-US')} tokens, Maximum concurrency for ${maxModelLen.toLocaleString('en-US')} tokens per request: ${(kvTokens / maxModelLen).toFixed(2)}x`,
    ),
    line(
      0.05,
      'gpu_model_runner.py:4700',
      'Capturing CUDA graphs (mixed prefill-decode, PIECEWISE):  50%|#####     | 5/10',
    ),
    line(
      0.05,
      'gpu_model_runner.py:4800',
      `Graph capturing finished in ${Math.round((startMs * 0.1) / 1000)} secs, took 0.40 GiB`,
    ),
    line(0.05, 'core.py:270', `init engine (profile, create kv cache, warmup model) took ${inS(1)} s`),
  ];
}
