import { describe, expect, test } from 'bun:test';
import type { MoveKind, MoveRecord, MoveStage, RolloutRecord, RolloutStatus } from './record.ts';
import { step } from './state.ts';
import { JUDGE_MARGIN_MS, type MoveEvent, type Policies, type RolloutEvent, type RolloutStep } from './step.ts';
import { AT_ONCE, HELD, HOLD_MS } from './trial.fixture.ts';

const policies: Policies = { heavy: AT_ONCE, held: HELD };

function move(stage: MoveStage, kind: MoveKind = 'roll', pool = 'heavy'): MoveRecord {
  return { replica: 'heavy-0', pool, kind, stage, cause: undefined };
}

function on(event: RolloutEvent, status: RolloutStatus, ...moves: readonly MoveRecord[]): RolloutStep {
  return step({ id: 'r1', status, isAborted: false, cause: undefined, moves }, event, policies);
}

const ok = (stage: MoveStage): MoveEvent => ({ on: 'ok', at: 0, stage });
const failed = (stage: MoveStage): MoveEvent => ({ on: 'failed', at: 0, stage, cause: 'it broke' });
const kept = (stage: MoveStage): MoveEvent => ({ on: 'kept', at: 0, stage });
const elapsed = (timer: 'room' | 'start' | 'hold'): MoveEvent => ({ on: 'elapsed', at: 0, timer });

const stages = ({ rollout }: { readonly rollout: RolloutRecord }) => rollout.moves.map((it) => it.stage);
const deeds = ({ effects }: RolloutStep) => effects.map((it) => `${it.do} ${it.at}`);

describe('begin', () => {
  test('takes the first move: a roll looks for room, an addition starts', () => {
    expect(deeds(on({ on: 'begin' }, 'running', move('pending'), move('pending')))).toEqual(['find_room 0', 'wake 0']);
    expect(deeds(on({ on: 'begin' }, 'running', move('pending', 'add')))).toEqual(['start_closed 0', 'wake 0']);
  });
  test('of nothing is the end', () => {
    expect(on({ on: 'begin' }, 'running').rollout.status).toBe('done');
  });
  test('of one that was interrupted goes on where it was', () => {
    expect(deeds(on({ on: 'begin' }, 'running', move('done'), move('draining')))).toEqual(['take_down 1']);
    expect(deeds(on({ on: 'begin' }, 'paused', move('done'), move('pending')))).toEqual([]);
    expect(on({ on: 'begin' }, 'rolling_back', move('reverted')).rollout.status).toBe('rolled_back');
  });
});

describe('a move on its way', () => {
  test('leaves, starts closed, is evaluated, and is opened', () => {
    expect(deeds(on(ok('waiting'), 'running', move('waiting')))).toEqual(['take_down 0']);
    expect(deeds(on(ok('draining'), 'running', move('draining')))).toEqual(['start_closed 0', 'wake 0']);
    expect(deeds(on(ok('starting'), 'running', move('starting')))).toEqual(['evaluate 0']);
    expect(on(ok('evaluating'), 'running', move('evaluating')).effects).toEqual([{ do: 'open', at: 0, share: 1 }]);
  });
  test('is opened with its share first where its pool has objectives', () => {
    const held = on(ok('evaluating'), 'running', move('evaluating', 'roll', 'held'));
    expect(held.effects).toEqual([
      { do: 'open', at: 0, share: 0.25 },
      { do: 'judge', at: 0 },
      { do: 'wake', at: 0, timer: 'hold', afterMs: HOLD_MS + JUDGE_MARGIN_MS },
    ]);
    expect(on(ok('holding'), 'running', ...held.rollout.moves).effects).toEqual([{ do: 'open', at: 0, share: 1 }]);
  });
  test('done, is followed by the next', () => {
    const next = on(ok('evaluating'), 'running', move('evaluating'), move('pending'));
    expect([stages(next), deeds(next)]).toEqual([
      ['done', 'waiting'],
      ['open 0', 'find_room 1', 'wake 1'],
    ]);
  });
  test('out of the fleet, is over once it is gone', () => {
    const gone = on(ok('draining'), 'running', move('draining', 'remove'));
    expect([stages(gone), deeds(gone), gone.rollout.status]).toEqual([['done'], ['forget 0'], 'done']);
  });
  test('that was to leave and serves on waits again', () => {
    expect(stages(on(kept('draining'), 'running', move('draining')))).toEqual(['waiting']);
  });
});

describe('a failure', () => {
  test('takes the failed one back first', () => {
    for (const stage of ['starting', 'evaluating'] as const) {
      const back = on(failed(stage), 'running', move(stage), move('pending'));
      expect([back.rollout.status, back.rollout.cause]).toEqual(['rolling_back', `heavy-0 (${stage}): it broke`]);
      expect(deeds(back)).toEqual(['take_down 0']);
    }
  });
  test('of one that serves already waits for room, as every leaving does', () => {
    expect(deeds(on(failed('holding'), 'running', move('holding')))).toEqual(['find_room 0', 'wake 0']);
  });
  test('of one that had not begun to leave changes nothing but that', () => {
    const back = on(elapsed('room'), 'running', move('waiting'));
    expect([stages(back), back.rollout.status]).toEqual([['pending'], 'rolled_back']);
  });
  test('is also a deadline: of a start, of its gate, of a judgement', () => {
    expect(stages(on(elapsed('start'), 'running', move('starting')))).toEqual(['revert_draining']);
    expect(stages(on(elapsed('start'), 'running', move('evaluating')))).toEqual(['revert_draining']);
    expect(stages(on(elapsed('hold'), 'running', move('holding')))).toEqual(['revert_waiting']);
    expect(stages(on(elapsed('start'), 'running', move('holding')))).toEqual(['holding']);
  });
  test('while it is paused is one too', () => {
    expect(on(failed('evaluating'), 'paused', move('evaluating')).rollout.status).toBe('rolling_back');
  });
});

describe('the way back', () => {
  test('starts the old one, and then takes the latest of those that had moved', () => {
    expect(deeds(on(ok('revert_draining'), 'rolling_back', move('revert_draining')))).toEqual([
      'start_old 0',
      'wake 0',
    ]);
    const next = on(
      { on: 'ok', at: 2, stage: 'revert_starting' },
      'rolling_back',
      move('done'),
      move('done'),
      move('revert_starting'),
    );
    expect(stages(next)).toEqual(['done', 'revert_waiting', 'reverted']);
  });
  test('brings a removed one back, and takes an added one away', () => {
    const removed = move('done', 'remove');
    expect(
      stages(on({ on: 'ok', at: 1, stage: 'revert_starting' }, 'rolling_back', removed, move('revert_starting'))),
    ).toEqual(['revert_starting', 'reverted']);
    const gone = on(ok('revert_draining'), 'rolling_back', move('revert_draining', 'add'));
    expect([stages(gone), deeds(gone)]).toEqual([['reverted'], ['forget 0']]);
  });
  test('waits for others no longer than that: then it goes on regardless', () => {
    const forced = on(elapsed('room'), 'rolling_back', move('revert_waiting'));
    expect(forced.effects).toEqual([{ do: 'take_down', at: 0, regardless: true }]);
  });
  test('does without what does not come back, and says of what', () => {
    const lost = on(failed('revert_starting'), 'rolling_back', move('done'), move('revert_starting'));
    expect(stages(lost)).toEqual(['done', 'revert_starting']); // it was of another move
    const mine = on(failed('revert_starting'), 'rolling_back', move('revert_starting'));
    expect(mine.rollout).toMatchObject({
      status: 'rolled_back',
      moves: [{ stage: 'revert_failed', cause: 'it broke' }],
    });
    expect(stages(on(elapsed('start'), 'rolling_back', move('revert_starting')))).toEqual(['revert_failed']);
  });
});

describe('an operator', () => {
  test('pauses what runs, and resumes what is paused', () => {
    expect(on({ on: 'pause' }, 'running', move('starting')).rollout.status).toBe('paused');
    expect(on({ on: 'pause' }, 'rolling_back', move('revert_starting')).rollout.status).toBe('rolling_back');
    expect(stages(on({ on: 'resume' }, 'paused', move('pending')))).toEqual(['waiting']);
    expect(stages(on({ on: 'resume' }, 'paused', move('holding'), move('pending')))).toEqual(['holding', 'pending']);
  });
  test('begins nothing while it is paused, but the end', () => {
    expect(stages(on(ok('evaluating'), 'paused', move('evaluating'), move('pending')))).toEqual(['done', 'pending']);
    expect(on(ok('evaluating'), 'paused', move('evaluating')).rollout.status).toBe('done');
  });
  test('aborts: what drains is kept, or comes back where it is too late for that', () => {
    const aborted = on({ on: 'abort' }, 'running', move('draining'));
    expect([deeds(aborted), aborted.rollout.status]).toEqual([['keep 0'], 'rolling_back']);
    expect(stages(on(kept('draining'), 'rolling_back', move('draining')))).toEqual(['pending']);
    expect(stages(on(ok('draining'), 'rolling_back', move('draining')))).toEqual(['revert_starting']);
    expect(stages(on(failed('draining'), 'rolling_back', move('draining')))).toEqual(['revert_draining']);
  });
  test('aborts: all that moved goes back', () => {
    const aborted = on({ on: 'abort' }, 'paused', move('done'), move('pending'));
    expect(stages(aborted)).toEqual(['revert_waiting', 'pending']);
    expect(aborted.rollout).toMatchObject({ isAborted: true, cause: 'it was aborted' });
  });
});

test('what comes too late changes nothing', () => {
  const over = on(ok('starting'), 'done', move('starting'));
  expect([stages(over), over.effects]).toEqual([['starting'], []]);
  const stale = on(ok('waiting'), 'running', move('starting'));
  expect([stages(stale), stale.effects]).toEqual([['starting'], []]);
});
