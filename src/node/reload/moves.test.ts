import { describe, expect, test } from 'bun:test';
import { planChange, replicaDefinitions, type Config } from '../../config/index.ts';
import { layeredOf } from '../kept/kept.fixture.ts';
import { planReplica } from '../replica-plans.ts';
import { movesOf, policiesOf } from './moves.ts';

const base = `
pools:
  heavy: { model: a }
  light: { model: b }
replicas:
  - { name: heavy-0, pool: heavy }
  - { name: heavy-1, pool: heavy }
  - { name: light-0, pool: light }
`;
const load = (text: string): Config => layeredOf(text).config;
const from = load(base);

test('a step becomes a move from what runs to what comes', () => {
  const to = load(base.replace('model: a', 'model: c').replaceAll('light-0', 'light-9'));
  const { steps } = planChange(from, replicaDefinitions(from), to);
  const moves = movesOf(steps, (it) => planReplica(it, from.paths));
  expect(moves.map((it) => [it.replica, it.pool, it.from?.pool.model, it.to?.pool.model])).toEqual([
    ['light-0', 'light', 'b', undefined],
    ['heavy-0', 'heavy', 'a', 'c'],
    ['heavy-1', 'heavy', 'a', 'c'],
    ['light-9', 'light', undefined, 'b'],
  ]);
});

describe('how many replicas of a pool go on serving', () => {
  const minReady = (text: string, pool = 'heavy') => policiesOf(from, load(text))[pool]?.minReady;

  test('is all but one, as the pool says, or as the section says', () => {
    expect(minReady(base)).toBe(1);
    expect(minReady(base, 'light')).toBe(0);
    expect(minReady(`${base}rollout: { min_ready: 2 }\n`)).toBe(2);
    expect(minReady(`${base.replace('model: a', 'model: a, min_ready: 0')}rollout: { min_ready: 2 }\n`)).toBe(0);
  });

  test('counts those that are there before and after', () => {
    expect(minReady(`${base}  - { name: heavy-2, pool: heavy }\n`)).toBe(1);
    expect(minReady(base.replace('  - { name: heavy-1, pool: heavy }\n', ''))).toBe(0);
  });

  test('is none of a pool that goes or comes', () => {
    const text = base.replaceAll('light', 'tiny');
    expect([minReady(text, 'light'), minReady(text, 'tiny')]).toEqual([0, 0]);
  });
});

test('the new config says how long things may take, and whether a replica is watched once it is open', () => {
  const objectives = 'objectives: { hold_s: 5, share: 0.5 }';
  const section = 'rollout: { drain_timeout_s: 7, start_timeout_s: 9 }';
  const policies = policiesOf(from, load(`${base.replace('model: a', `model: a, ${objectives}`)}${section}\n`));
  expect(policies['heavy']).toEqual({
    minReady: 1,
    drainTimeoutMs: 7000,
    startTimeoutMs: 9000,
    hold: { holdMs: 5000, share: 0.5 },
  });
  expect(policies['light']?.hold).toBeUndefined();
  expect(policiesOf(from, from)['heavy']).toMatchObject({ drainTimeoutMs: undefined, startTimeoutMs: 1_800_000 });
});
