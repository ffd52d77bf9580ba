import { describe, expect, test } from 'bun:test';
import { MOVE_STAGES, type MoveRecord, type RolloutRecord } from '../supervisor/index.ts';
import { keepConfig } from './kept/kept-config.ts';
import { layeredOf, NOW } from './kept/kept.fixture.ts';
import { standingOf } from './standing.ts';

const base = `
pools: { heavy: { model: old } }
replicas:
  - { name: heavy-0, pool: heavy }
  - { name: heavy-1, pool: heavy }
  - { name: heavy-2, pool: heavy }
`;
const from = layeredOf(base);
const to = layeredOf(base.replace('model: old', 'model: new').replace('heavy-2', 'heavy-3'));

/** What the replicas are when a node starts in the middle of this rollout. */
function standing(moves: readonly MoveRecord[] | undefined) {
  const record: RolloutRecord | undefined =
    moves === undefined ? undefined : { id: 'r', status: 'running', isAborted: false, cause: undefined, moves };
  const kept = {
    id: 'r',
    at: NOW,
    wish: 'reload' as const,
    from: keepConfig(from),
    to: keepConfig(to),
    lives: 0,
    record,
  };
  const { replicas, leftOut } = standingOf({ run: to, leftover: { is: 'resumed', rollout: { kept, from, to } } });
  return { runs: [...replicas].map(([name, it]) => `${name} ${it.pool.model}`), leftOut: [...leftOut] };
}
const move = (replica: string, kind: MoveRecord['kind'], stage: MoveRecord['stage']): MoveRecord => ({
  replica,
  pool: 'heavy',
  kind,
  stage,
  cause: undefined,
});

test('without a rollout all is as the config says', () => {
  const { replicas, leftOut } = standingOf({ run: to, leftover: undefined });
  expect([...replicas.keys()]).toEqual(['heavy-0', 'heavy-1', 'heavy-3']);
  expect(leftOut.size).toBe(0);
});

describe('in the middle of a rollout', () => {
  test('those that had moved are new, the others old, and what comes is not there yet', () => {
    const moves = [
      move('heavy-3', 'add', 'pending'),
      move('heavy-0', 'roll', 'done'),
      move('heavy-1', 'roll', 'waiting'),
      move('heavy-2', 'remove', 'pending'),
    ];
    expect(standing(moves)).toEqual({
      runs: ['heavy-0 new', 'heavy-1 old', 'heavy-2 old'],
      leftOut: ['heavy-3'],
    });
  });

  test('what came is there, and what went is not', () => {
    const moves = [
      move('heavy-3', 'add', 'done'),
      move('heavy-0', 'roll', 'pending'),
      move('heavy-1', 'roll', 'pending'),
      move('heavy-2', 'remove', 'done'),
    ];
    expect(standing(moves).runs).toEqual(['heavy-0 old', 'heavy-1 old', 'heavy-3 new']);
  });

  test.each(MOVE_STAGES.filter((it) => ['draining', 'starting', 'evaluating', 'holding'].includes(it)))(
    'one that was %s is left to the rollout',
    (stage) => {
      const moves = [move('heavy-0', 'roll', stage), move('heavy-1', 'roll', 'pending')];
      expect(standing(moves).leftOut).toEqual(['heavy-0']);
    },
  );

  test('of which nothing was noted yet all is old', () => {
    expect(standing(undefined)).toEqual({ runs: ['heavy-0 old', 'heavy-1 old', 'heavy-2 old'], leftOut: [] });
  });
});
