import { describe, expect, test } from 'bun:test';
import { planOf } from '../plan.fixture.ts';
import { newRollout, resumedRollout } from './begin.ts';
import {
  MOVE_STAGES,
  standings,
  type MoveKind,
  type MoveRecord,
  type MoveStage,
  type RolloutRecord,
} from './record.ts';
import { moveOf, renewed, rollOf } from './trial.fixture.ts';

function move(stage: MoveStage, kind: MoveKind = 'roll', replica = 'heavy-0'): MoveRecord {
  return { replica, pool: 'heavy', kind, stage, cause: undefined };
}

function recordOf(status: RolloutRecord['status'], ...moves: readonly MoveRecord[]): RolloutRecord {
  return { id: 'r1', status, isAborted: false, cause: undefined, moves };
}

const HEAVY_0 = planOf('heavy-0', 0);

describe('what a node starts a replica as, in the middle of a rollout', () => {
  const standing = (stage: MoveStage, kind: MoveKind, status: RolloutRecord['status'] = 'running') =>
    standings(recordOf(status, move(stage, kind))).get('heavy-0');

  test('as it was, until its move has begun', () => {
    expect(standing('pending', 'roll')).toBe('from');
    expect(standing('waiting', 'remove')).toBe('from');
    expect(standing('pending', 'add')).toBe('down');
  });

  test('not at all, while it moves', () => {
    for (const stage of ['draining', 'starting', 'evaluating', 'holding'] as const) {
      expect(standing(stage, 'roll')).toBe('down');
    }
  });

  test('as it shall be, once it is done', () => {
    expect(standing('done', 'roll')).toBe('to');
    expect(standing('done', 'add', 'paused')).toBe('to');
    expect(standing('done', 'remove')).toBe('down');
  });

  test('as it was, on the way back: nothing runs, so there is nothing left to take back', () => {
    for (const stage of MOVE_STAGES) {
      for (const status of ['rolling_back', 'rolled_back', 'aborted'] as const) {
        expect(standing(stage, 'roll', status)).toBe('from');
        expect(standing(stage, 'add', status)).toBe('down');
      }
    }
  });

  test('bug: one that a later move brings back runs as it was while neither has begun', () => {
    const moves = (first: MoveStage, second: MoveStage) =>
      standings(recordOf('running', move(first, 'remove'), move(second, 'add'))).get('heavy-0');
    expect(moves('pending', 'pending')).toBe('from');
    expect(moves('done', 'pending')).toBe('down');
    expect(moves('done', 'done')).toBe('to');
  });
});

describe('a record goes on', () => {
  test('as plain JSON, without plans: those hold the environment of engines', () => {
    const { rollout } = newRollout('r1', [
      rollOf({ ...HEAVY_0, engine: { ...HEAVY_0.engine, env: { TOKEN: 'secret' } } }),
    ]);
    expect(JSON.stringify(rollout)).not.toContain('secret');
    expect(JSON.parse(JSON.stringify(rollout))).toEqual(rollout);
  });

  test('with the move that was under way, from its begin', () => {
    const stageOf = (stage: MoveStage) =>
      resumedRollout(recordOf('running', move(stage)), [rollOf(HEAVY_0)])?.rollout.moves[0]?.stage;
    expect(stageOf('waiting')).toBe('pending');
    expect(stageOf('holding')).toBe('draining'); // an operator may have started it meanwhile
    expect(stageOf('done')).toBe('done');
  });

  test('on the way back as one that has arrived', () => {
    const stageOf = (stage: MoveStage) =>
      resumedRollout(recordOf('rolling_back', move(stage)), [rollOf(HEAVY_0)])?.rollout.moves[0]?.stage;
    expect(stageOf('pending')).toBe('pending');
    expect(stageOf('done')).toBe('reverted');
    expect(stageOf('revert_starting')).toBe('reverted');
    expect(stageOf('revert_failed')).toBe('revert_failed');
  });

  test('with the plans of now, whatever order they come in', () => {
    const record = recordOf('running', move('done', 'remove'), move('pending', 'add'));
    const begun = resumedRollout(record, [rollOf(HEAVY_0)]);
    expect(begun?.moves).toEqual([moveOf(HEAVY_0, undefined), moveOf(undefined, renewed(HEAVY_0))]);
  });

  test('not where a plan of it is missing', () => {
    expect(resumedRollout(recordOf('running', move('pending', 'add')), [moveOf(HEAVY_0, undefined)])).toBeUndefined();
    expect(resumedRollout(recordOf('running', move('pending', 'roll', 'heavy-7')), [rollOf(HEAVY_0)])).toBeUndefined();
  });
});
