/** Where one move is. The order of the first line is that of a move that goes well. */
export const MOVE_STAGES = [
  'pending', // not begun
  'waiting', // until enough others of its pool are ready
  'draining', // what is there leaves: drains, stops, is gone
  'starting', // the new one starts and warms, closed
  'evaluating', // closed, the gate asks it
  'holding', // open with its share, judged by its objectives
  'done', // the new one serves, or the removed one is gone
  'revert_waiting', // as `waiting`, on the way back
  'revert_draining', // what is there leaves
  'revert_starting', // the old one starts, open as soon as it is warm
  'reverted', // the old one serves, or the added one is gone
  'revert_failed', // the old one did not start either: its restart policy goes on
] as const;
export type MoveStage = (typeof MOVE_STAGES)[number];

/** Nothing is done about a move in one of these. */
export const MOVES_AT_REST: ReadonlySet<MoveStage> = new Set(['pending', 'done', 'reverted', 'revert_failed']);

/** A move in one of these is on its way back. */
export const MOVES_BACK: ReadonlySet<MoveStage> = new Set(['revert_waiting', 'revert_draining', 'revert_starting']);

export type MoveKind = 'roll' | 'add' | 'remove';

/** One move as it is kept: no plan in it, for those hold the engine's environment. */
export interface MoveRecord {
  readonly replica: string;
  readonly pool: string;
  readonly kind: MoveKind;
  readonly stage: MoveStage;
  /** What it failed of, on its way or on the way back. */
  readonly cause: string | undefined;
}

/** `paused`: the move that had begun goes on, no other begins. `rolling_back`: what moved goes back. */
export type RolloutStatus = 'running' | 'paused' | 'rolling_back' | 'done' | 'rolled_back' | 'aborted';

/** A rollout as it is kept across lives of the node: plain JSON. */
export interface RolloutRecord {
  readonly id: string;
  readonly status: RolloutStatus;
  /** Somebody asked for the way back; else a failure did. */
  readonly isAborted: boolean;
  /** Why it goes or went back. */
  readonly cause: string | undefined;
  /** In the order they are taken. A replica that leaves before a later move brings it back is in it twice. */
  readonly moves: readonly MoveRecord[];
}

/** What a replica of an interrupted rollout is when the node starts: `down` is started by the rollout alone. */
export type Standing = 'from' | 'to' | 'down';

/**
 * What the next life of a node starts each replica of a rollout as, before it resumes it. Nothing runs then, so one that
 * was on its way back has arrived: all is old.
 */
export function standings({ status, moves }: RolloutRecord): ReadonlyMap<string, Standing> {
  const isForward = status === 'running' || status === 'paused' || status === 'done';
  const standing = new Map<string, Standing>();
  for (const move of moves) {
    const isBegun = isForward && move.stage !== 'pending' && move.stage !== 'waiting';
    const isBroughtBack = move.kind === 'add' && standing.has(move.replica); // by a later move than that which takes it away
    if (isBegun || !isBroughtBack) standing.set(move.replica, isForward ? standingOf(move) : oldOf(move));
  }
  return standing;
}

function standingOf(move: MoveRecord): Standing {
  if (move.stage === 'done') return move.kind === 'remove' ? 'down' : 'to';
  return move.stage === 'pending' || move.stage === 'waiting' ? oldOf(move) : 'down';
}

function oldOf({ kind }: MoveRecord): Standing {
  return kind === 'add' ? 'down' : 'from';
}
