import type { ExitCause } from './cause.ts';

/** A process that holds memory of a card. */
export interface CardHolder {
  readonly pid: number;
  readonly name: string;
  /** `undefined` where the driver does not tell (`[N/A]`). */
  readonly usedMiB: number | undefined;
}

/** A card after an engine on it has ended. */
export interface CardState {
  readonly totalMiB: number;
  readonly freeMiB: number;
  readonly holders: readonly CardHolder[];
}

/** What is known when an engine has ended. */
export interface ExitEvidence {
  readonly code: number | null;
  /** `SIGKILL` and the like. */
  readonly signal: string | null;
  /** Its last lines of output, oldest first. */
  readonly logTail: readonly string[];
  readonly whileIn: 'starting' | 'serving';
  /** What we ended it for, where we did: its signal is ours then. */
  readonly seen?: ExitCause | undefined;
  /** Every process it ever had, as the kernel's log names them; `undefined` where that is not known. */
  readonly pids?: readonly number[] | undefined;
  /**
   * Processes that the kernel killed for memory since it began, within minutes of its end, of its cgroup or of the whole
   * host. Where the kernel's log can be read, each has its line in `kernelLines`.
   */
  readonly oomKills: number;
  /** Lines of the kernel's log since it began, oldest first. */
  readonly kernelLines: readonly string[];
  /** Its card, after it ended; `undefined`: it has none, or nothing could be read. */
  readonly card: CardState | 'lost' | undefined;
  readonly about: {
    readonly replica: string;
    readonly gpu: number | undefined;
    /** As configured; `undefined` leaves it to vLLM. */
    readonly gpuMemoryUtilization: number | undefined;
    /** Of its card, as `nvidia-smi` writes it: `00000000:1A:00.0`. Without it a neighbour's XID may be taken for its own. */
    readonly pciBusId?: string | undefined;
  };
}

/** What an ending came of, and one line for an operator: what to do next. */
export interface Reading {
  readonly cause: ExitCause;
  readonly advice: string;
}
