import type { StartPhase } from './launch.ts';

/** Words of vLLM's log that a phase begins or goes on with, in the order of a start. */
const SIGNS: readonly (readonly [StartPhase, RegExp])[] = [
  ['configuring', /non-default args: |Resolved architecture: |Using max model len |Initializing a V1 LLM engine /],
  ['loading', /Starting to load model |Loading \S+ checkpoint shards: |Loading weights took |Model loading took /],
  [
    'compiling',
    /for vLLM's torch\.compile|Dynamo bytecode |compiled graph\(s\) for |Compiling a graph |torch\.compile took /,
  ],
  ['kv_cache', /Available KV cache memory: |KV cache size: [\d,]+ tokens/],
  ['capturing', /Capturing CUDA graphs|Graph capturing finished in /],
  ['listening', /Starting vLLM server on |Available routes are:|Application startup complete\./],
];

/** The phase of a start that a line of an engine's output tells of; most lines tell of none. */
export function startPhaseOf(line: string): StartPhase | undefined {
  return SIGNS.find(([, sign]) => sign.test(line))?.[0];
}
