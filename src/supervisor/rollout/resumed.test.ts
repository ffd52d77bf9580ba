import { afterEach, describe, expect, test } from 'bun:test';
import { planOf } from '../plan.fixture.ts';
import type { MoveStage, RolloutRecord } from './record.ts';
import { createTrial, moveOf, renewed, rollOf, type Trial } from './trial.fixture.ts';

const HEAVY_0 = planOf('heavy-0', 0);
const HEAVY_1 = planOf('heavy-1', 1);
const BOTH = [rollOf(HEAVY_0), rollOf(HEAVY_1)];
const ALL_NEW = { 'heavy-0': 'example/new', 'heavy-1': 'example/new' };

let trial: Trial;

afterEach(async () => {
  const stopped = trial.supervisor.stop(AbortSignal.abort());
  await trial.clock.advance(60_000);
  await stopped;
  expect(trial.world.violations).toEqual([]);
});

function recordOf(status: RolloutRecord['status'], first: MoveStage, second: MoveStage): RolloutRecord {
  const moves = [
    { replica: 'heavy-0', stage: first },
    { replica: 'heavy-1', stage: second },
  ].map((it) => ({ ...it, pool: 'heavy', kind: 'roll', cause: undefined }) as const);
  return { id: 'r1', status, isAborted: false, cause: 'it broke', moves };
}

const spawned = () => trial.world.spawns;

describe('a rollout that a node was in when it ended', () => {
  test('goes on with the replica that was under way, which was not started by itself', async () => {
    trial = createTrial(HEAVY_0, HEAVY_1);
    await trial.supervisor.start(new Set(['heavy-0']));
    await trial.clock.advance(60_000);
    expect(trial.models()).toEqual({ 'heavy-1': 'example/model' });
    const rollout = trial.roll(BOTH, { resumed: recordOf('running', 'holding', 'pending') });
    await trial.clock.advance(120_000);
    expect(rollout.ending?.result).toBe('done');
    expect(trial.models()).toEqual(ALL_NEW);
    expect(Object.keys(trial.models())).toEqual(['heavy-0', 'heavy-1']); // in their places
    expect(spawned()).toEqual(['heavy-1', 'heavy-0', 'heavy-1']);
    expect(trial.checked).toContain('evaluate heavy-0 example/new'); // the gate again: nobody knows what it said
  });

  test('leaves alone what had moved', async () => {
    trial = createTrial(renewed(HEAVY_0), HEAVY_1);
    await trial.start();
    const rollout = trial.roll(BOTH, { resumed: recordOf('running', 'done', 'waiting') });
    await trial.clock.advance(60_000);
    expect(rollout.ending?.result).toBe('done');
    expect(spawned().filter((it) => it === 'heavy-0')).toHaveLength(1);
  });

  test('takes it back with the others where a later one fails', async () => {
    trial = createTrial(renewed(HEAVY_0), HEAVY_1);
    await trial.start();
    trial.say.evaluate = { ok: false, cause: 'it answers rubbish' };
    const rollout = trial.roll(BOTH, { resumed: recordOf('running', 'done', 'pending') });
    await trial.clock.advance(120_000);
    expect(rollout.ending?.result).toBe('rolled_back');
    expect(trial.models()).toEqual({ 'heavy-0': 'example/model', 'heavy-1': 'example/model' });
  });

  test('stays paused where it was', async () => {
    trial = createTrial(renewed(HEAVY_0), HEAVY_1);
    await trial.start();
    const rollout = trial.roll(BOTH, { resumed: recordOf('paused', 'done', 'pending') });
    await trial.clock.advance(60_000);
    expect(trial.supervisor.rollout()?.status).toBe('paused');
    trial.supervisor.resumeRollout();
    await trial.clock.advance(60_000);
    expect(rollout.ending?.result).toBe('done');
  });

  test('on its way back, has arrived: all was started as old', async () => {
    trial = createTrial(HEAVY_0, HEAVY_1);
    await trial.start();
    const rollout = trial.roll(BOTH, { resumed: recordOf('rolling_back', 'done', 'revert_starting') });
    await trial.clock.advance(0);
    expect(rollout.ending).toEqual({ result: 'rolled_back', cause: 'it broke', revertFailed: [] });
    expect(spawned()).toHaveLength(2);
  });

  test('of other replicas than these is refused', async () => {
    trial = createTrial(HEAVY_0, HEAVY_1);
    const rollout = trial.roll([moveOf(HEAVY_0, renewed(HEAVY_0))], {
      resumed: recordOf('running', 'done', 'pending'),
    });
    await trial.clock.advance(0);
    expect(rollout.ending).toMatchObject({ result: 'refused', cause: 'the record of r1 is of other replicas' });
  });

  test('bug: a resume before it has begun again does not begin it twice', async () => {
    trial = createTrial(renewed(HEAVY_0), HEAVY_1);
    await trial.start();
    const kept = Promise.withResolvers<void>();
    trial.asked.record = () => kept.promise;
    const rollout = trial.roll(BOTH, { resumed: recordOf('paused', 'done', 'pending') });
    await trial.clock.advance(0);
    expect(trial.supervisor.resumeRollout()).toEqual({ ok: true });
    kept.resolve();
    await trial.clock.advance(60_000);
    expect(rollout.ending?.result).toBe('done');
    expect(spawned()).toHaveLength(3);
  });

  test('bug: what an operator started meanwhile is taken down first', async () => {
    trial = createTrial(HEAVY_0, HEAVY_1);
    await trial.supervisor.start(new Set(['heavy-0']));
    void trial.supervisor.restart('heavy-0', () => {});
    await trial.clock.advance(60_000);
    const rollout = trial.roll(BOTH, { resumed: recordOf('running', 'starting', 'pending') });
    await trial.clock.advance(120_000);
    expect(rollout.ending?.result).toBe('done');
  });
});
