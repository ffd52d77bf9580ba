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
  slow_start: { when: 'start', amount: 60, does: 'Loading takes AMOUNT simulated seconds longer.' },
  crash: { when: 'run', amount: 1, does: 'The leader exits with code AMOUNT at once; its core goes with it.' },
  exit_zero: { when: 'run', amount: 0, does: 'The leader exits with 0 at once; its core goes with it.' },
  kill_core: { when: 'run', amount: 0, does: 'SIGKILL to the core.' },
  hang: { when: 'run', amount: 0, does: 'SIGSTOP to the core: nothing is generated, /health stays 200.' },
  out_of_memory: { when: 'run', amount: 0, does: 'CUDA out of memory: both processes end, exit code 1.' },
  abort_streams: { when: 'run', amount: 0, does: 'Everything in flight ends with finish_reason "abort".' },
  error_chunk: {
    when: 'run',
    amount: 1,
    does: 'The next AMOUNT streams end with an error chunk after their first token.',
  },
  stall_stream: { when: 'run', amount: 1, does: 'The next AMOUNT streams fall silent after their first token.' },
  slow_health: { when: 'run', amount: 1000, does: '/health answers AMOUNT milliseconds late; 0 ends it.' },
  recover: { when: 'run', amount: 0, does: 'SIGCONT to the core; forgets stream and health faults.' },
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
