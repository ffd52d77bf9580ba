import type { StartPhase } from './phase.ts';

/** A progress bar at one moment, of those that run at once told apart by name. */
export interface Bar {
  readonly name: string;
  readonly done: number;
  readonly total: number;
}

/** What one line tells of a start. */
export interface StartSign {
  readonly phase: StartPhase;
  readonly bar: Bar | undefined;
}

/** Words of vLLM's log that a phase begins or goes on with, in the order of a start. */
const WORDS: readonly (readonly [StartPhase, RegExp])[] = [
  ['configuring', /non-default args: |Resolved architecture: |Using max model len |Initializing a V1 LLM engine /],
  // vLLM shows no bar for its downloads (`DisabledTqdm`, model_loader/weight_utils.py): they end with one line.
  ['downloading', /Starting to load model |Loading model from scratch|Time spent downloading weights for /],
  ['loading', /Filesystem type for checkpoints: |Loading weights took |Model loading took /],
  [
    'compiling',
    /for vLLM's torch\.compile|Dynamo bytecode |compiled graph\(s\) for |Compiling a graph |torch\.compile took |Warming up model for the compilation|saved AOT compiled function|Initial profiling\/warmup run took /,
  ],
  ['kv_cache', /Available KV cache memory: |GiB for KV cache on node |KV cache size: [\d,]+ tokens/],
  ['capturing', /Capturing [\w -]{0,40}CUDA graphs|Graph capturing finished in /],
  ['listening', /Starting vLLM (?:API )?server |Available routes are:|Application startup complete\./],
];

/** vLLM's own bars count pieces: name, done, total. */
const COUNTED: readonly (readonly [StartPhase, RegExp])[] = [
  ['loading', /((?:Loading|Multi-thread loading) [\w ]{1,60}): +\d+% Completed \| (\d+)\/(\d+) /],
  // In the background, from a file system of the network.
  ['loading', /(Prefetching checkpoint files): +\d+% \((\d+)\/(\d+)\)/],
  ['capturing', /(Capturing [\w -]{0,40}CUDA graphs[^:]{0,100}): +\d+%\|[^|]{0,300}\| *(\d+)\/(\d+)/],
];

/** Those of huggingface_hub: one for each file of weights, its name cut to 40 characters, or one for all. */
const DOWNLOAD =
  /(Fetching \d+ files|Downloading [^:|]{0,100}|(?:\(…\))?(?<![\w./-])[\w./-]{1,200}(?:\.(?:safetensors|bin|pt|pth|gguf)|\(…\))): +(\d+)%\|/;

/** What a line of an engine's output tells of its start; most lines tell nothing. */
export function startSignOf(line: string): StartSign | undefined {
  return counted(line) ?? downloaded(line) ?? told(line);
}

function counted(line: string): StartSign | undefined {
  for (const [phase, sign] of COUNTED) {
    const [, name, done, total] = sign.exec(line) ?? [];
    if (name !== undefined) return { phase, bar: { name, done: Number(done), total: Number(total) } };
  }
  return undefined;
}

function downloaded(line: string): StartSign | undefined {
  const [, name, percent] = DOWNLOAD.exec(line) ?? [];
  if (name === undefined) return undefined;
  return { phase: 'downloading', bar: { name, done: Number(percent), total: 100 } };
}

function told(line: string): StartSign | undefined {
  const phase = WORDS.find(([, words]) => words.test(line))?.[0];
  return phase === undefined ? undefined : { phase, bar: undefined };
}
