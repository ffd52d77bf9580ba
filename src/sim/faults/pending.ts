/** Faults that wait for something to act on. */
export interface PendingFaults {
  readonly errorChunks: number;
  readonly stalls: number;
  readonly healthDelayMs: number;
  /** Of every answer until told otherwise. */
  readonly answers: 'well' | 'never_token' | 'nonsense' | 'rubbish';
}

export const NO_FAULTS: PendingFaults = { errorChunks: 0, stalls: 0, healthDelayMs: 0, answers: 'well' };

/** What is wrong with one stream. */
export type StreamFault = 'error_chunk' | 'stall_stream' | 'none';

/** Draws the fault of the next stream: errors first, then stalls. */
export function drawStreamFault(pending: PendingFaults): { readonly fault: StreamFault; readonly rest: PendingFaults } {
  if (pending.errorChunks > 0)
    return { fault: 'error_chunk', rest: { ...pending, errorChunks: pending.errorChunks - 1 } };
  if (pending.stalls > 0) return { fault: 'stall_stream', rest: { ...pending, stalls: pending.stalls - 1 } };
  return { fault: 'none', rest: pending };
}

/** Holds what is pending in one engine. */
export interface PendingHolder {
  readonly pending: () => PendingFaults;
  readonly setPending: (next: PendingFaults) => void;
}

export function holdPending(): PendingHolder {
  let held = NO_FAULTS;
  return {
    pending: () => held,
    setPending: (next) => {
      held = next;
    },
  };
}
