/**
 * Every fault the simulation can be told to have. `when: 'start'` ones act while the engine comes up, the others on
 * a running one: told by `--sim-fault NAME[:AMOUNT]` they act as soon as it is ready, told by `POST /sim/fault` at once.
 */
export const FAULTS = {
  crash_on_start: { when: 'start', amount: 1, does: 'The leader exits with code AMOUNT while the model loads.' },
  exit_zero_on_start: { when: 'start', amount: 0, does: 'The leader exits with 0 while the model loads.' },
  oom_on_start: { when: 'start', amount: 0, does: 'The core runs out of card memory while loading; exit code 1.' },
  no_memory_on_start: {
    when: 'start',
    amount: 0,
    does: 'Admission finds less free card memory than asked for; exit code 1.',
  },
  orphan_on_start: {
    when: 'start',
    amount: 0,
    does: 'SIGKILL to the leader while the model loads; its core lives on.',
  },
  slow_download: { when: 'start', amount: 60, does: 'The weights are fetched first, for AMOUNT simulated seconds.' },
  stuck_download: { when: 'start', amount: 40, does: 'Fetching the weights stops for ever at AMOUNT per cent.' },
  stuck_loading: { when: 'start', amount: 1, does: 'Loading stops for ever after AMOUNT shards.' },
  stuck_compiling: { when: 'start', amount: 0, does: 'torch.compile never ends.' },
  keep_memory: {
    when: 'start',
    amount: 5,
    does: 'When the core is gone, the card keeps its memory for AMOUNT real seconds from the first look on.',
  },
  slow_start: { when: 'start', amount: 60, does: 'Loading takes AMOUNT simulated seconds longer.' },
  crash: { when: 'run', amount: 1, does: 'The leader exits with code AMOUNT at once; its core goes with it.' },
  exit_zero: { when: 'run', amount: 0, does: 'The leader exits with 0 at once; its core goes with it.' },
  kill_core: { when: 'run', amount: 0, does: 'SIGKILL to the core.' },
  hang: { when: 'run', amount: 0, does: 'SIGSTOP to the core: nothing is generated, /health stays 200.' },
  orphan: { when: 'run', amount: 0, does: 'SIGKILL to the leader: its core lives on, with its card memory.' },
  out_of_memory: { when: 'run', amount: 0, does: 'CUDA out of memory: both processes end, exit code 1.' },
  cuda_fault: { when: 'run', amount: 0, does: 'A kernel fails: the core writes a CUDA error and dies.' },
  abort_streams: { when: 'run', amount: 0, does: 'Everything in flight ends with finish_reason "abort".' },
  error_chunk: {
    when: 'run',
    amount: 1,
    does: 'The next AMOUNT streams end with an error chunk after their first token.',
  },
  stall_stream: { when: 'run', amount: 1, does: 'The next AMOUNT streams fall silent after their first token.' },
  never_token: { when: 'run', amount: 0, does: 'Requests are taken and get no token, ever; all else answers.' },
  nonsense: { when: 'run', amount: 0, does: 'Every path but /sim/fault answers 200 with a page of HTML.' },
  rubbish: {
    when: 'run',
    amount: 0,
    does: 'Every answer that no grammar holds is "!!!!!!" and never ends by itself; tools are not called.',
  },
  slow: { when: 'run', amount: 3, does: 'Prefill and decode take AMOUNT times as long; 1 ends it.' },
  slow_health: { when: 'run', amount: 1000, does: '/health answers AMOUNT milliseconds late; 0 ends it.' },
  recover: {
    when: 'run',
    amount: 0,
    does: 'SIGCONT to the core; forgets all faults of requests, streams and /health.',
  },
} as const satisfies Record<string, { when: 'start' | 'run'; amount: number; does: string }>;

export type FaultName = keyof typeof FAULTS;
export type StartFaultName = { [N in FaultName]: (typeof FAULTS)[N]['when'] extends 'start' ? N : never }[FaultName];
export type RunFaultName = Exclude<FaultName, StartFaultName>;

/** A fault with its one number; what the number means is in the table. */
export interface Fault<Name extends FaultName = FaultName> {
  readonly name: Name;
  readonly amount: number;
}

const isFaultName = (name: string): name is FaultName => Object.hasOwn(FAULTS, name);

export const isStartFault = (fault: Fault): fault is Fault<StartFaultName> => FAULTS[fault.name].when === 'start';
export const isRunFault = (fault: Fault): fault is Fault<RunFaultName> => !isStartFault(fault);

/** Names a fault, `-` and `_` alike; `undefined` where there is none of that name or the amount is no number ≥ 0. */
export function faultOf(written: string, amount?: number): Fault | undefined {
  const name = written.replaceAll('-', '_');
  if (!isFaultName(name)) return undefined;
  const chosen = amount ?? FAULTS[name].amount;
  return Number.isFinite(chosen) && chosen >= 0 ? { name, amount: chosen } : undefined;
}

/** Reads `NAME[:AMOUNT]`. */
export function parseFault(text: string): Fault | undefined {
  const [name = '', amount] = text.split(':');
  return faultOf(name, amount === undefined ? undefined : Number(amount));
}
