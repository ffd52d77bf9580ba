import type { ExitCause } from './cause.ts';

/** Pages of `docs/runbooks` that an ending leads to. */
export type ExitRunbook =
  'bad-swap' | 'capacity-short' | 'card-lost' | 'crash-loop' | 'disk-full' | 'full-restore' | 'hung-engine';

/** Where an operator reads on about an ending; there is nothing to read about one that was asked for. */
export const EXIT_RUNBOOKS: Readonly<Record<ExitCause, ExitRunbook | undefined>> = {
  bad_flag: 'bad-swap',
  not_executable: 'full-restore',
  bad_model: 'bad-swap',
  model_unreachable: 'bad-swap',
  address_in_use: 'crash-loop',
  no_card_memory: 'capacity-short',
  no_kv_room: 'capacity-short',
  profiling_race: 'capacity-short',
  cuda_out_of_memory: 'capacity-short',
  cuda_fault: 'card-lost',
  card_lost: 'card-lost',
  host_out_of_memory: 'capacity-short',
  engine_core_died: 'crash-loop',
  crashed: 'crash-loop',
  killed: 'crash-loop',
  unknown: 'crash-loop',
  stalled: 'hung-engine',
  unresponsive: 'hung-engine',
  unreachable: 'hung-engine',
  start_timed_out: 'hung-engine',
  internal_error: 'crash-loop',
  spawn_failed: 'disk-full',
  unlaunchable: 'full-restore',
  asked: undefined,
};
