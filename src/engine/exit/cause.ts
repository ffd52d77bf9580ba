/** Why an engine ended, or could not begin. A metric label and the word in `status`. */
export type ExitCause =
  // told by the engine's log, the kernel or the card
  | 'bad_flag' // the command line is refused
  | 'not_executable' // the shell that should become the engine found nothing to run
  | 'bad_model' // no such model, revision or directory, or no leave to read it
  | 'model_unreachable' // the model's files cannot be fetched now
  | 'address_in_use' // another process has the port, or a socket file was left
  | 'no_card_memory' // less free memory than asked for, at admission
  | 'no_kv_room' // nothing, or too little, left for the KV cache
  | 'profiling_race' // a neighbour freed memory while this engine measured
  | 'cuda_out_of_memory'
  | 'cuda_fault' // the driver reports an error of a kernel, or an XID that the card survives
  | 'card_lost' // the driver no longer reaches the card
  | 'host_out_of_memory' // the kernel killed one of its processes for memory
  | 'engine_core_died' // the API server ended by itself because its core did; it exits 0 then (vllm#48966)
  | 'crashed' // a signal of its own making: SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL
  | 'killed' // a signal from outside
  | 'unknown'
  // seen from outside, and ended by us for it
  | 'stalled' // tokens were owed and none came
  | 'unresponsive' // its API did not answer
  | 'unreachable' // nobody listened where it should, or connections broke; also of an engine that somebody else runs
  | 'start_timed_out' // no progress in a phase of its start
  // ours alone
  | 'internal_error' // we failed at a step of its life: a mistake, or no file descriptors left
  | 'spawn_failed' // the system gave no process
  | 'unlaunchable' // there is no command to run
  | 'asked'; // an operator or the fleet asked for it
