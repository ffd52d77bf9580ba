/**
 * Steps of a start, in order; a start never goes back. `downloading` begins when vLLM turns to the weights, which its
 * log does not tell from reading them until the first shard is in: of a model that is on disk it is a moment.
 */
export const START_PHASES = [
  'spawned',
  'configuring',
  'downloading',
  'loading',
  'compiling',
  'kv_cache',
  'capturing',
  'listening',
] as const;
export type StartPhase = (typeof START_PHASES)[number];

/** How far a start is. */
export interface StartProgress {
  readonly phase: StartPhase;
  /** Of `total`, both or neither: shards read, graphs captured, or per cent of a download. */
  readonly done?: number;
  readonly total?: number;
}
