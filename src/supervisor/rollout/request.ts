import type { ReplicaPlan } from '../../engine/index.ts';
import type { MoveKind, RolloutRecord } from './record.ts';

/** What becomes of one replica: `from` alone is its removal, `to` alone its addition, both its roll. */
export interface Move {
  readonly replica: string;
  /** The new plan's where there is one. */
  readonly pool: string;
  readonly from: ReplicaPlan | undefined;
  readonly to: ReplicaPlan | undefined;
}

export function kindOf({ from, to }: Pick<Move, 'from' | 'to'>): MoveKind {
  if (from === undefined) return 'add';
  return to === undefined ? 'remove' : 'roll';
}

/** How the replicas of one pool may move. */
export interface PoolPolicy {
  /** Replicas of it on this host that serve while another one is down, where that can be held. */
  readonly minReady: number;
  /** What still runs on a leaving replica after so long is ended; `undefined`: as its own restart policy says. */
  readonly drainTimeoutMs: number | undefined;
  /** From the begin of a start until the gate is passed; also how long neighbours that come back are waited for. */
  readonly startTimeoutMs: number;
  /** How a moved replica is watched after it was opened; `undefined`: it is opened whole at once. */
  readonly hold: { readonly holdMs: number; readonly share: number } | undefined;
}

/** A change of replicas that is taken whole or not at all. */
export interface RolloutRequest {
  readonly id: string;
  /** In any order: they are taken as `orderMoves` says. */
  readonly moves: readonly Move[];
  /** By pool; those of both plans of every move are in it. */
  readonly policies: Readonly<Record<string, PoolPolicy>>;
  /** Where an earlier life of this node was in it: it goes on from there. */
  readonly resumed?: RolloutRecord;
}

/** What a check of a moved replica came to. A note is told and changes nothing. */
export type Verdict = { readonly ok: true; readonly note?: string } | { readonly ok: false; readonly cause: string };

/** What a rollout asks of other rooms. What rejects has failed. */
export interface RolloutEffects {
  /** The gate: asks the engine of this plan, which is warm and takes no work yet. Gives up when the signal aborts. */
  evaluate(plan: ReplicaPlan, signal: AbortSignal): Promise<Verdict>;
  /** The objectives: watches a replica that has its share of the work until it can tell, about `holdMs` long. */
  judge(plan: ReplicaPlan, signal: AbortSignal): Promise<Verdict>;
  /** Keeps it for the next life of this node, before what it says is done. A failure is logged and stops nothing. */
  record(record: RolloutRecord): Promise<void>;
  /** A line for whoever waits. */
  progress(this: void, line: string): void;
}

/** How a rollout ended. */
export interface RolloutEnding {
  /**
   * `done`: all is new. `rolled_back`, `aborted`: all is old, for a failure or as asked. `interrupted`: this node stops,
   * its next life goes on with it. `refused`: nothing was moved.
   */
  readonly result: 'done' | 'rolled_back' | 'aborted' | 'interrupted' | 'refused';
  /** Why it was not `done`. */
  readonly cause: string | undefined;
  /** Replicas whose old plan did not start either; each is left to its restart policy, with the old plan. */
  readonly revertFailed: readonly string[];
}
