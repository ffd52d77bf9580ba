import type { ExitCause, ReplicaPlan, StartPhase } from '../engine/index.ts';
import type { Passive } from '../health/index.ts';
import type { CardView } from './card/run.ts';
import type { Fleet, ReplicaState } from './fleet.ts';

/** One line an engine wrote, or an event of the supervisor's own between them. */
export interface OutputLine {
  readonly replica: string;
  readonly atUnixMs: number;
  readonly from: 'engine' | 'supervisor';
  /** Without its line end; at most `LINE_BYTES_MAX` bytes. */
  readonly text: string;
}

/** One change of a replica's state. */
export interface Transition {
  readonly atUnixMs: number;
  readonly from: ReplicaState;
  readonly to: ReplicaState;
  /** The event that led to it: `exited`, `warm`, `verdict`, `stop` … */
  readonly because: string;
  /** The phase in which it left a start. */
  readonly phase: StartPhase | undefined;
  /** What an ending came of, as soon as that is known. */
  readonly cause: ExitCause | undefined;
}

/** Progress of an operation that takes a while, in words for a person. */
export type Progress = (message: string) => void;

/** What an operation on replicas came to. */
export type OperationResult = { readonly ok: true } | { readonly ok: false; readonly message: string };

/**
 * The processes of this host. Every method asks the one loop that owns a replica's state. While `add`, `replace` or
 * `remove` is at work on a replica, any other operation on it is refused; in which order they come is the caller's.
 */
export interface Supervisor extends Fleet {
  /** Sweeps what an earlier life left, then starts every replica, one at a time per card. */
  start(): Promise<void>;
  /** Drain, stop, start; resolves when it is ready again or will not be. Also brings back `stopped` and `failed`. */
  restart(name: string, progress: Progress): Promise<OperationResult>;
  /** No new work; resolves when nothing runs on it. Its engine stays up. */
  drain(name: string): Promise<OperationResult>;
  /** Opens a drained replica again. */
  resume(name: string): Promise<OperationResult>;
  /** Starts one more replica, last in order; refused where one has its name. It stays where it does not become ready. */
  add(plan: ReplicaPlan, progress: Progress): Promise<OperationResult>;
  /** Drains and stops the replica of that name, and starts this definition in its place. Resolves like `restart`. */
  replace(plan: ReplicaPlan, progress: Progress): Promise<OperationResult>;
  /** Drains and stops a replica for good. */
  remove(name: string, progress: Progress): Promise<OperationResult>;
  /** Kept output, oldest first; of all replicas where `replica` is absent. */
  output(replica?: string): readonly OutputLine[];
  onOutput(listener: (line: OutputLine) => void): () => void;
  /** What a real request met on a replica: evidence of its health. */
  heard(replica: string, passive: Passive): void;
  /** Who starts or stops on each card, and who waits for that. */
  cards(): readonly CardView[];
  /** The last transitions of a replica, oldest first; empty for an unknown one. */
  history(replica: string): readonly Transition[];
  /** Drains and stops everything; `hurry` ends the draining, and kills what was asked to end already. Resolves when no process is left. */
  stop(hurry: AbortSignal): Promise<void>;
}
