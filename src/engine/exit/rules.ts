import type { ExitCause } from './cause.ts';

/** What an ending is good for. */
export interface ExitRule {
  /** Whether the same start may go better without an operator's doing. */
  readonly retry: boolean;
  /** No start before this, in ms from the ending, however short the backoff. */
  readonly waitAtLeastMs: number;
}

const never: ExitRule = { retry: false, waitAtLeastMs: 0 };
const atOnce: ExitRule = { retry: true, waitAtLeastMs: 0 };
const after = (waitAtLeastMs: number): ExitRule => ({ retry: true, waitAtLeastMs });

/** Every ending, and whether and when the same start is tried again. */
export const EXIT_RULES: Readonly<Record<ExitCause, ExitRule>> = {
  bad_flag: never, // the same words are refused again
  not_executable: never, // somebody has to install it
  bad_model: never, // a name does not become right, nor a licence accepted, by asking again
  model_unreachable: after(30_000), // networks come back, but not within seconds; a hub counts requests
  address_in_use: after(5000), // whoever holds it may leave; what we ended ourselves has left by then
  no_card_memory: after(10_000), // so may whoever holds the memory; each try costs a minute of loading Python
  no_kv_room: after(10_000), // likewise: what neighbours take while this one measures is charged to it (vllm#55827)
  profiling_race: after(5000), // the neighbour is done freeing by then (vllm#56830)
  cuda_out_of_memory: atOnce, // the load, or a neighbour, was to blame; its memory is proven free before a start
  cuda_fault: atOnce, // mostly of one kernel: a new process has a context of its own
  card_lost: after(300_000), // it takes an operator, a reset or a reboot; trying in between only fills the log
  host_out_of_memory: after(30_000), // what else grew is still there
  engine_core_died: atOnce,
  crashed: atOnce,
  killed: atOnce,
  unknown: atOnce,
  stalled: atOnce,
  unresponsive: atOnce,
  start_timed_out: atOnce,
  unreachable: atOnce, // one that somebody else runs is only asked again
  internal_error: atOnce, // each counts: what fails for good ends as `failed`
  spawn_failed: after(5000), // a disk that is full, descriptors that are spent: as little its doing as a taken port
  unlaunchable: never, // somebody has to install it, or correct the config
  asked: atOnce,
};
