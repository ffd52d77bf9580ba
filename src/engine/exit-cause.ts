/** Why an engine ended. A metric label and the word in `status`. */
export type ExitCause =
  | 'bad_flag' // the command line is refused
  | 'not_executable' // the shell that should become the engine found nothing to run
  | 'bad_model' // no such model, revision or directory, or no leave to read it
  | 'model_unreachable' // the model's files cannot be fetched now
  | 'address_in_use' // another process has the port, or a socket file was left
  | 'no_card_memory' // less free memory than asked for, at admission
  | 'no_kv_room' // nothing, or too little, left for the KV cache
  | 'profiling_race' // a neighbour freed memory while this engine measured
  | 'cuda_out_of_memory'
  | 'cuda_fault' // the driver reports an error of the card or of a kernel
  | 'engine_core_died' // the API server ended by itself because its core did; it exits 0 then (vllm#48966)
  | 'crashed' // a signal of its own making: SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL
  | 'killed' // a signal from outside
  | 'unknown';

/** Whether the same start may go better without an operator's doing. */
export const RETRY: Readonly<Record<ExitCause, boolean>> = {
  bad_flag: false, // the same words are refused again
  not_executable: false, // somebody has to install it
  bad_model: false, // a name does not become right, nor a licence accepted, by asking again
  model_unreachable: true, // networks come back
  address_in_use: true, // whoever holds it may leave
  no_card_memory: true, // so may whoever holds the memory
  no_kv_room: true, // likewise: what neighbours take while this one measures is charged to it
  profiling_race: true, // the neighbour is still next time
  cuda_out_of_memory: true, // the load, or a neighbour, was to blame
  cuda_fault: true, // mostly of one kernel; a broken card costs one try per backoff
  engine_core_died: true,
  crashed: true,
  killed: true,
  unknown: true,
};

/** What ends no engine that has served: it had its flags, its model and its place, whatever it complained of then. */
export const BEFORE_SERVING: ReadonlySet<ExitCause> = new Set([
  'bad_flag',
  'bad_model',
  'model_unreachable',
  'address_in_use',
  'no_card_memory',
  'no_kv_room',
  'profiling_race',
]);
