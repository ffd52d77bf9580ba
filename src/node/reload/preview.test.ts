import { describe, expect, test } from 'bun:test';
import { planChange, replicaDefinitions } from '../../config/index.ts';
import { layeredOf } from '../kept/kept.fixture.ts';
import { planReplica } from '../replica-plans.ts';
import { statusOf } from '../replica-status.fixture.ts';
import { movesOf, policiesOf } from './moves.ts';
import { previewOf } from './preview.ts';
import type { ExpectedStart } from './start-times.ts';

const base = `
pools: { heavy: { model: a } }
replicas:
  - { name: heavy-0, pool: heavy }
  - { name: heavy-1, pool: heavy }
restart: { drain_timeout_s: 30 }
`;

function preview(text: string, expected: Readonly<Record<string, ExpectedStart>> = {}) {
  const from = layeredOf(base).config;
  const to = layeredOf(text).config;
  const plan = planChange(from, replicaDefinitions(from), to);
  const result = previewOf({
    plan,
    moves: movesOf(plan.steps, (it) => planReplica(it, from.paths)),
    policies: policiesOf(from, to),
    replicas: ['heavy-0', 'heavy-1'].map((name) => ({
      ...statusOf(name, 'ready'),
      pool: 'heavy',
      kvCapacityTokens: 1000,
    })),
    startTimes: { expected: (replica, model) => expected[`${replica} ${model}`] },
  });
  if (!result.ok) throw new Error(result.message);
  return result;
}
const MORE = '  - { name: heavy-2, pool: heavy }\nrestart';

describe('what a plan would do', () => {
  test('is told step by step, with what serves meanwhile and how long a start took before', () => {
    const recorded = { 'heavy-0 c': { ms: 40_400, isKnown: true }, 'heavy-1 c': { ms: 50_000, isKnown: false } };
    const { steps, moves, duration_s } = preview(base.replace('model: a', 'model: c'), recorded);
    expect(steps).toHaveLength(2);
    expect(moves).toEqual([
      {
        replica: 'heavy-0',
        pool: 'heavy',
        kind: 'roll',
        from: 'a',
        to: 'c',
        start_s: 40,
        start_known: true,
        drain_s_max: 30,
        ready_meanwhile: 1,
        kv_tokens_meanwhile: 1000,
      },
      expect.objectContaining({ replica: 'heavy-1', start_s: 50, start_known: false, ready_meanwhile: 1 }),
    ]);
    expect(duration_s).toBe(90);
  });

  test('takes a guess where no start is on record, and counts a replica that came', () => {
    const { moves } = preview(base.replace('restart', MORE).replace('model: a', 'model: c'));
    expect(moves.map((it) => [it.replica, it.kind, it.start_s, it.start_known, it.drain_s_max])).toEqual([
      ['heavy-0', 'roll', 120, false, 30],
      ['heavy-1', 'roll', 120, false, 30],
      ['heavy-2', 'add', 120, false, 0],
    ]);
    expect(moves.at(-1)?.ready_meanwhile).toBe(2);
  });

  test('tells that one which leaves takes no start', () => {
    const { moves } = preview(base.replace('  - { name: heavy-1, pool: heavy }\n', ''));
    expect(moves).toMatchObject([{ replica: 'heavy-1', kind: 'remove', to: null, start_s: 0, ready_meanwhile: 1 }]);
  });

  test('names what is taken in place, and moves nothing for it', () => {
    const { in_place, moves, duration_s } = preview(`${base}telemetry: { log_level: debug }\n`);
    expect({ in_place, moves, duration_s }).toEqual({ in_place: ['telemetry.log_level'], moves: [], duration_s: 0 });
  });

  test('has the drain time of the rollout where that says one', () => {
    const text = `${base.replace('model: a', 'model: c')}rollout: { drain_timeout_s: 3 }\n`;
    expect(preview(text).moves[0]?.drain_s_max).toBe(3);
  });
});
