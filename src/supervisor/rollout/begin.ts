import type { MoveRecord, MoveStage, RolloutRecord } from './record.ts';
import { kindOf, type Move } from './request.ts';

/** A rollout and the plans of its moves, place by place. */
export interface Begun {
  readonly rollout: RolloutRecord;
  readonly moves: readonly Move[];
}

/** Moves in the order they are taken, none of which has begun. */
export function newRollout(id: string, moves: readonly Move[]): Begun {
  const records = moves.map((move): MoveRecord => {
    const { replica, pool } = move;
    return { replica, pool, kind: kindOf(move), stage: 'pending', cause: undefined };
  });
  return { rollout: { id, status: 'running', isAborted: false, cause: undefined, moves: records }, moves };
}

/**
 * What an earlier life of the node was in, with the plans of now. Its order is the record's. Nothing runs of a move that
 * was under way: it begins again. `undefined` where a move of the record has no plan among these.
 */
export function resumedRollout(record: RolloutRecord, moves: readonly Move[]): Begun | undefined {
  const planned = record.moves.map((it) => plannedAs(it, moves));
  const known = planned.filter((move) => move !== undefined);
  if (known.length < planned.length) return undefined;
  const isBack = record.status === 'rolling_back';
  const records = record.moves.map((it) => ({ ...it, stage: isBack ? restedBack(it.stage) : rested(it.stage) }));
  return { rollout: { ...record, moves: records }, moves: known };
}

function plannedAs({ replica, pool, kind }: MoveRecord, moves: readonly Move[]): Move | undefined {
  const move = moves.find((it) => it.replica === replica);
  const from = kind === 'add' ? undefined : move?.from;
  const to = kind === 'remove' ? undefined : move?.to;
  const planned: Move = { replica, pool, from, to };
  const isWhole = (kind === 'add' || from !== undefined) && (kind === 'remove' || to !== undefined);
  return isWhole ? planned : undefined;
}

/** Where a move goes on whose engine, if it had one, ended with the node. An operator may have started it meanwhile. */
function rested(stage: MoveStage): MoveStage {
  if (stage === 'waiting') return 'pending';
  return stage === 'starting' || stage === 'evaluating' || stage === 'holding' ? 'draining' : stage;
}

/** All started as old. */
function restedBack(stage: MoveStage): MoveStage {
  if (stage === 'pending' || stage === 'waiting') return 'pending';
  return stage === 'revert_failed' ? stage : 'reverted';
}
