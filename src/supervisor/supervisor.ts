import type { RestartConfig } from '../config/index.ts';
import type { ExitCause, StartPhase } from '../engine/index.ts';
import type { Passive } from '../health/index.ts';
import type { CardView } from './card/run.ts';
import type { Fleet, ReplicaState } from './fleet.ts';
import type { RolloutEffects, RolloutEnding, RolloutRequest } from './rollout/request.ts';
import type { RolloutView } from './rollout/view.ts';

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
 * The processes of this host. Every method asks the one loop that owns a replica's state. While a rollout is at work on
 * a replica, any other operation on it is refused.
 */
export interface Supervisor extends Fleet {
  /**
   * Sweeps what an earlier life left, then starts every replica, one at a time per card; those that a rollout will start
   * are left out.
   */
  start(leftOut?: ReadonlySet<string>): Promise<void>;
  /**
   * Moves replicas, one after the other, and takes all of it back where one fails. One rollout at a time: another one is
   * refused. Resolves when it is over, or when this node stops; never rejects.
   */
  roll(request: RolloutRequest, effects: RolloutEffects): Promise<RolloutEnding>;
  /** The rollout of now, or the last one that ended. */
  rollout(): RolloutView | undefined;
  /** The move that has begun goes on to its end, and no other begins. Refused where there is nothing to pause. */
  pauseRollout(): OperationResult;
  resumeRollout(): OperationResult;
  /** Takes back what has moved. */
  abortRollout(): OperationResult;
  /** Drain, stop, start; resolves when it is ready again or will not be. Also brings back `stopped` and `failed`. */
  restart(name: string, progress: Progress): Promise<OperationResult>;
  /** No new work; resolves when nothing runs on it. Its engine stays up. */
  drain(name: string): Promise<OperationResult>;
  /** Opens a drained replica again. */
  resume(name: string): Promise<OperationResult>;
  /** Restart policies by replica; of one that is not named, or not there, nothing changes. What waits already goes on waiting. */
  retune(policies: ReadonlyMap<string, RestartConfig>): void;
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
