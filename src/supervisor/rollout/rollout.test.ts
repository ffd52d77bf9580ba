import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { begun } from '../fleet.fixture.ts';
import { planOf } from '../plan.fixture.ts';
import { policy } from '../replica/policy.fixture.ts';
import { CALM } from '../world-engines.fixture.ts';
import { START_ENDINGS_MAX } from './outcomes.ts';
import { HELD, HOLD_MS, createTrial, moveOf, renewed, rollOf, type Trial } from './trial.fixture.ts';

const HEAVY_0 = planOf('heavy-0', 0);
const HEAVY_1 = planOf('heavy-1', 1);
const LIGHT_0 = planOf('light-0', 0, 'light');
const BOTH = [rollOf(HEAVY_0), rollOf(HEAVY_1)];
const ALL_OLD = { 'heavy-0': 'example/model', 'heavy-1': 'example/model', 'light-0': 'example/model' };
const ALL_NEW = { ...ALL_OLD, 'heavy-0': 'example/new', 'heavy-1': 'example/new' };
const held = { policies: { heavy: HELD } };

let trial: Trial;

beforeEach(async () => {
  trial = createTrial(HEAVY_0, HEAVY_1, LIGHT_0);
  await trial.start();
  expect(trial.models()).toEqual(ALL_OLD);
});

afterEach(async () => {
  const stopped = trial.supervisor.stop(AbortSignal.abort());
  await trial.clock.advance(60_000);
  await stopped;
  expect(trial.world.violations).toEqual([]);
});

const stagesOf = () => trial.supervisor.rollout()?.moves.map((it) => it.stage);
const spawnsOf = (name: string) => trial.world.spawns.filter((it) => it === name).length;

describe('a rollout that goes well', () => {
  test('moves one replica after the other, and no other', async () => {
    const rollout = trial.roll(BOTH);
    await trial.clock.advance(10_000);
    expect(trial.models()).toEqual({ 'heavy-1': 'example/model', 'light-0': 'example/model' });
    await trial.clock.advance(60_000);
    expect(rollout.ending).toEqual({ result: 'done', cause: undefined, revertFailed: [] });
    expect(trial.models()).toEqual(ALL_NEW);
    expect(spawnsOf('light-0')).toBe(1);
    expect(trial.checked).toEqual(['evaluate heavy-0 example/new', 'evaluate heavy-1 example/new']);
  });

  test('keeps a replica closed until it passed its gate', async () => {
    const gate = Promise.withResolvers<{ ok: true }>();
    trial.say.evaluate = gate.promise;
    trial.roll(BOTH);
    await trial.clock.advance(120_000);
    expect(stagesOf()).toEqual(['evaluating', 'pending']);
    expect(trial.world.open.has('heavy-0')).toBe(false);
    gate.resolve({ ok: true });
    await trial.clock.advance(0);
    expect(trial.world.open.has('heavy-0')).toBe(true);
  });

  test('gives a replica its share until it was judged', async () => {
    const judgement = Promise.withResolvers<{ ok: true; note: string }>();
    trial.say.judge = judgement.promise;
    trial.roll(BOTH, held);
    await trial.clock.advance(HOLD_MS);
    expect(stagesOf()).toEqual(['holding', 'pending']);
    expect(trial.world.openings.get('heavy-0')).toEqual({ kvTokens: 15_000, sequencesMax: 64 });
    judgement.resolve({ ok: true, note: 'too few answers to tell' });
    await trial.clock.advance(0);
    expect(trial.world.openings.get('heavy-0')).toEqual({ kvTokens: 60_000, sequencesMax: 256 });
    expect(trial.lines).toContain('heavy-0: too few answers to tell');
  });

  test('lets what runs finish before a replica leaves, as long as the rollout says', async () => {
    trial.world.inFlight.set('heavy-0', 2);
    const drainTimeoutMs = policy.drainTimeoutMs + 60_000;
    trial.roll(BOTH, { policies: { heavy: { ...HELD, drainTimeoutMs } } });
    await trial.clock.advance(drainTimeoutMs - 1_000);
    expect(trial.of('heavy-0').state).toBe('draining');
    await trial.clock.advance(2_000);
    expect(trial.of('heavy-0').state).not.toBe('draining');
  });

  test('tells each step, and keeps each on record', async () => {
    trial.roll(BOTH, held);
    await trial.clock.advance(180_000);
    expect(trial.lines.filter((it) => it.endsWith('(1 of 2)'))).toEqual([
      'heavy-0 is next (1 of 2)',
      'heavy-0 leaves (1 of 2)',
      'heavy-0 starts as new, closed (1 of 2)',
      'heavy-0 is evaluated (1 of 2)',
      'heavy-0 has its share of the work and is watched (1 of 2)',
      'heavy-0 serves as new (1 of 2)',
    ]);
    expect(trial.lines).toContain('heavy-0: starting, loading');
    expect(trial.records.map((it) => it.moves[0]?.stage).slice(0, 7)).toEqual([
      'pending',
      'waiting',
      'draining',
      'starting',
      'evaluating',
      'holding',
      'done',
    ]);
    expect(trial.records.at(-1)?.status).toBe('done');
    expect(trial.supervisor.rollout()).toMatchObject({
      status: 'done',
      moves: [{ from: 'example/model', to: 'example/new' }, {}],
    });
  });

  test('adds before it removes', async () => {
    const more = planOf('heavy-2', 1);
    trial.roll([moveOf(HEAVY_0, undefined), moveOf(undefined, renewed(more))]);
    await trial.clock.advance(10_000);
    expect(trial.models()).toEqual(ALL_OLD);
    await trial.clock.advance(60_000);
    expect(trial.models()).toEqual({
      'heavy-1': 'example/model',
      'heavy-2': 'example/new',
      'light-0': 'example/model',
    });
    expect(trial.supervisor.replicas().map((it) => it.name)).toEqual(['heavy-1', 'light-0', 'heavy-2']);
    expect(trial.supervisor.output('heavy-0')).toEqual([]);
  });
});

describe('a rollout that fails goes back by itself', () => {
  test('where the new model cannot start', async () => {
    trial.world.tempers.set('heavy-0', { ...CALM, start: 'crash', startWords: 'sign bad_flag' });
    const rollout = trial.roll(BOTH);
    await trial.clock.advance(15_000);
    trial.world.tempers.delete('heavy-0');
    await trial.clock.advance(60_000);
    expect(rollout.ending).toEqual({
      result: 'rolled_back',
      cause: 'heavy-0 (starting): it did not start: bad_flag; look',
      revertFailed: [],
    });
    expect(trial.models()).toEqual(ALL_OLD);
    expect(spawnsOf('heavy-0')).toBe(3);
  });

  test('where it ends again and again, after a few tries', async () => {
    trial.world.tempers.set('heavy-0', { ...CALM, startMs: 1_000, start: 'crash' });
    const rollout = trial.roll(BOTH);
    await trial.clock.advance(5_500);
    expect(stagesOf()).toEqual(['revert_starting', 'pending']);
    expect(spawnsOf('heavy-0')).toBe(1 + START_ENDINGS_MAX + 1);
    trial.world.tempers.delete('heavy-0');
    trial.world.crash('heavy-0', { code: 1, signal: null }, 'gone');
    await trial.clock.advance(60_000);
    expect(rollout.ending?.result).toBe('rolled_back');
    expect(rollout.ending?.cause).toContain(`${START_ENDINGS_MAX} times`);
    expect(trial.models()).toEqual(ALL_OLD);
  });

  test('where it hangs', async () => {
    trial.world.tempers.set('heavy-0', { ...CALM, start: 'hang' });
    const rollout = trial.roll(BOTH, { policies: { heavy: { ...HELD, startTimeoutMs: 100_000 } } });
    await trial.clock.advance(99_000);
    trial.world.tempers.delete('heavy-0');
    await trial.clock.advance(60_000);
    expect(rollout.ending?.cause).toContain('it did not start and pass its gate within 100 s');
    expect(trial.models()).toEqual(ALL_OLD);
  });

  test('where the second one does not pass its gate: latest first, each before the next', async () => {
    const rollout = trial.roll(BOTH);
    await trial.clock.advance(30_000);
    expect(stagesOf()).toEqual(['done', 'starting']);
    trial.say.evaluate = { ok: false, cause: 'it answers rubbish' };
    await trial.clock.advance(120_000);
    expect(rollout.ending).toEqual({
      result: 'rolled_back',
      cause: 'heavy-1 (evaluating): it answers rubbish',
      revertFailed: [],
    });
    expect(trial.models()).toEqual(ALL_OLD);
    expect(stagesOf()).toEqual(['reverted', 'reverted']);
    const order = trial.lines.filter((it) => it.includes('serves as it did'));
    expect(order).toEqual(['heavy-1 serves as it did (2 of 2)', 'heavy-0 serves as it did (1 of 2)']);
  });

  test('where it is too slow once it serves', async () => {
    trial.say.judge = { ok: false, cause: 'it is 3.1 times slower' };
    const rollout = trial.roll(BOTH, held);
    await trial.clock.advance(120_000);
    expect(rollout.ending?.cause).toBe('heavy-0 (holding): it is 3.1 times slower');
    expect(trial.models()).toEqual(ALL_OLD);
    expect(trial.world.openings.get('heavy-0')?.kvTokens).toBe(60_000); // whole again
  });

  test('where its engine ends while it is watched, with what it ended of', async () => {
    trial.say.judge = new Promise(() => {});
    const rollout = trial.roll(BOTH, held);
    await trial.clock.advance(40_000);
    expect(stagesOf()).toEqual(['holding', 'pending']);
    trial.world.crash('heavy-0', { code: null, signal: 'SIGKILL' }, 'gone');
    await trial.clock.advance(60_000);
    expect(rollout.ending?.cause).toBe('heavy-0 (holding): its engine ended: killed; look');
    expect(trial.models()).toEqual(ALL_OLD);
  });

  test('where a judgement does not come', async () => {
    trial.say.judge = new Promise(() => {});
    const rollout = trial.roll(BOTH, held);
    await trial.clock.advance(HOLD_MS + 180_000);
    expect(rollout.ending?.cause).toBe('heavy-0 (holding): its judgement did not come');
  });

  test('but not for a listener that is gone', async () => {
    trial.asked.progress = () => {
      throw new Error('the client is gone');
    };
    const rollout = trial.roll(BOTH);
    await trial.clock.advance(120_000);
    expect(rollout.ending?.result).toBe('done');
  });

  test('where a check throws', async () => {
    trial.asked.evaluate = () => Promise.reject(new Error('no set of prompts'));
    const rollout = trial.roll(BOTH);
    await trial.clock.advance(120_000);
    expect(rollout.ending?.cause).toBe('heavy-0 (evaluating): Error: no set of prompts');
  });

  test('and does not go round for ever where the old one does not start either', async () => {
    trial.say.evaluate = { ok: false, cause: 'it answers rubbish' };
    const rollout = trial.roll(BOTH);
    await trial.clock.advance(15_000);
    trial.world.tempers.set('heavy-0', { ...CALM, startMs: 1_000, start: 'crash' });
    await trial.clock.advance(30_000);
    expect(rollout.ending).toEqual({
      result: 'rolled_back',
      cause: 'heavy-0 (evaluating): it answers rubbish',
      revertFailed: ['heavy-0'],
    });
    expect(trial.supervisor.rollout()?.moves[0]?.cause).toContain('it did not start, 3 times');
    trial.world.tempers.delete('heavy-0');
    await trial.clock.advance(300_000);
    expect(trial.models()).toEqual(ALL_OLD); // its restart policy went on
  });

  test('taking an added replica away again and bringing a removed one back', async () => {
    const added = planOf('heavy-2', 1);
    const moves = [moveOf(undefined, added), moveOf(HEAVY_0, undefined), rollOf(LIGHT_0)];
    const rollout = trial.roll(moves);
    await trial.clock.advance(40_000);
    expect(stagesOf()).toEqual(['done', 'done', 'starting']);
    trial.say.evaluate = { ok: false, cause: 'it answers rubbish' };
    await trial.clock.advance(120_000);
    expect(rollout.ending?.result).toBe('rolled_back');
    expect(trial.models()).toEqual(ALL_OLD);
  });
});

describe('as many as can be serve throughout', () => {
  test('a replica that does not serve moves first', async () => {
    trial.world.crash('heavy-1', { code: 1, signal: null }, 'gone');
    await trial.clock.advance(100);
    trial.roll(BOTH);
    await trial.clock.advance(1_000);
    expect(trial.supervisor.rollout()?.moves).toMatchObject([
      { replica: 'heavy-1', stage: 'starting' }, // what is down costs nothing
      { replica: 'heavy-0', stage: 'pending' },
    ]);
    await trial.clock.advance(60_000);
    expect(trial.models()).toEqual(ALL_NEW);
  });

  test('one that waits for its card to leave serves on when another one ends', async () => {
    trial.world.crash('light-0', { code: 1, signal: null }, 'gone'); // its card is busy now
    await trial.clock.advance(100);
    trial.roll(BOTH);
    await trial.clock.advance(1_000);
    expect([stagesOf(), trial.of('heavy-0').state]).toEqual([['draining', 'pending'], 'ready']);
    trial.world.crash('heavy-1', { code: 1, signal: null }, 'gone');
    await trial.clock.advance(19_000);
    expect(stagesOf()).toEqual(['waiting', 'pending']);
    expect(trial.world.open.has('heavy-0')).toBe(true);
    await trial.clock.advance(120_000);
    expect(trial.models()).toEqual(ALL_NEW);
  });

  test('those of the pool that a replica leaves count, where it moves to another one', async () => {
    trial.world.crash('heavy-1', { code: 1, signal: null }, 'gone');
    await trial.clock.advance(100);
    trial.roll([moveOf(HEAVY_0, planOf('heavy-0', 0, 'light'))]);
    await trial.clock.advance(1_000);
    expect(stagesOf()).toEqual(['waiting']);
    await trial.clock.advance(60_000);
    expect(trial.of('heavy-0')).toMatchObject({ pool: 'light', state: 'ready' });
  });

  test('one whose like do not come back is not waited for', async () => {
    void trial.supervisor.drain('heavy-1');
    await trial.clock.advance(1_000);
    const rollout = trial.roll([rollOf(HEAVY_0)]);
    await trial.clock.advance(60_000);
    expect(rollout.ending?.result).toBe('done');
  });

  test('one whose like do not come back in time fails the rollout, and has not moved', async () => {
    trial.world.tempers.set('heavy-1', { ...CALM, start: 'crash' });
    trial.world.crash('heavy-1', { code: 1, signal: null }, 'gone');
    await trial.clock.advance(100);
    const rollout = trial.roll([rollOf(HEAVY_0)], { policies: { heavy: { ...HELD, startTimeoutMs: 60_000 } } });
    await trial.clock.advance(61_000);
    expect(rollout.ending?.cause).toBe('heavy-0 (waiting): fewer than 1 others of pool heavy were ready within 60 s');
    expect(spawnsOf('heavy-0')).toBe(1);
  });
});

describe('a rollout is refused', () => {
  const refused = async (moves: Parameters<Trial['roll']>[0]) => {
    const rollout = trial.roll(moves);
    await trial.clock.advance(0);
    expect(trial.models()).toEqual(ALL_OLD);
    return rollout.ending;
  };

  test('that adds a replica beside one of its name', async () => {
    const cause = 'there is a replica called heavy-0 already';
    expect(await refused([moveOf(undefined, HEAVY_0)])).toEqual({ result: 'refused', cause, revertFailed: [] });
  });

  test('that moves what is not there', async () => {
    expect(await refused([rollOf(planOf('heavy-9', 0))])).toMatchObject({ cause: 'no replica is called heavy-9' });
  });

  test('that says nothing of a pool', async () => {
    const cause = 'nothing says how pool far may be rolled';
    expect(await refused([moveOf(undefined, planOf('far-0', 0, 'far'))])).toMatchObject({ cause });
  });
});

describe('an operator', () => {
  test('pauses it: what has begun goes on, nothing else begins', async () => {
    const rollout = trial.roll(BOTH);
    await trial.clock.advance(1_000);
    expect(trial.supervisor.pauseRollout()).toEqual({ ok: true });
    await trial.clock.advance(300_000);
    expect(stagesOf()).toEqual(['done', 'pending']);
    expect(trial.supervisor.rollout()?.status).toBe('paused');
    expect(trial.supervisor.resumeRollout()).toEqual({ ok: true });
    await trial.clock.advance(60_000);
    expect(rollout.ending?.result).toBe('done');
  });

  test('aborts it: what moved goes back', async () => {
    const rollout = trial.roll(BOTH);
    await trial.clock.advance(30_000);
    expect(trial.supervisor.abortRollout()).toEqual({ ok: true });
    await trial.clock.advance(120_000);
    expect(rollout.ending?.result).toBe('aborted');
    expect(trial.models()).toEqual(ALL_OLD);
  });

  test('aborts it in time: a replica that drains serves on', async () => {
    trial.world.inFlight.set('heavy-0', 1);
    const rollout = trial.roll(BOTH);
    await trial.clock.advance(1_000);
    expect(trial.of('heavy-0').state).toBe('draining');
    trial.supervisor.abortRollout();
    await trial.clock.advance(0);
    expect(rollout.ending?.result).toBe('aborted');
    expect(trial.of('heavy-0').state).toBe('ready');
    expect(spawnsOf('heavy-0')).toBe(1);
  });

  test('is told what cannot be asked', async () => {
    expect(trial.supervisor.pauseRollout()).toEqual({ ok: false, message: 'no rollout is under way' });
    const rollout = trial.roll(BOTH);
    await trial.clock.advance(1_000);
    expect(trial.supervisor.resumeRollout()).toEqual({ ok: false, message: 'the rollout is running' });
    const second = trial.roll(BOTH);
    await trial.clock.advance(0);
    expect(second.ending).toMatchObject({ result: 'refused', cause: 'another rollout is running' });
    const restart = trial.supervisor.restart('heavy-0', () => {});
    await trial.clock.advance(0);
    expect(await restart).toEqual({ ok: false, message: 'heavy-0 is being moved by a rollout; wait for it' });
    await trial.clock.advance(120_000);
    expect(rollout.ending?.result).toBe('done');
    expect(trial.supervisor.abortRollout().ok).toBe(false);
  });

  test('cannot operate on the replica that moves, and is told when it takes one over', async () => {
    trial.world.inFlight.set('heavy-0', 1);
    const restart = begun(trial.supervisor.restart('heavy-0', () => {}));
    await trial.clock.advance(1_000);
    const rollout = trial.roll(BOTH);
    await trial.clock.advance(1_000);
    const refusal = { ok: false, message: 'heavy-0 is being moved by a rollout; wait for it' };
    expect(await trial.supervisor.drain('heavy-0')).toEqual(refusal);
    expect(await trial.supervisor.resume('heavy-0')).toEqual(refusal);
    await trial.clock.advance(policy.drainTimeoutMs + 120_000);
    expect(restart.result).toEqual({ ok: false, message: 'heavy-0 was stopped while it restarted' });
    expect(rollout.ending?.result).toBe('done');
    const again = begun(trial.supervisor.restart('heavy-0', () => {}));
    await trial.clock.advance(60_000);
    expect(again.result).toEqual({ ok: true });
  });

  test('stops the node: the record stays as it is, and nothing is taken back', async () => {
    const rollout = trial.roll(BOTH);
    await trial.clock.advance(30_000);
    const before = trial.records.at(-1);
    const stopped = trial.supervisor.stop(AbortSignal.abort());
    await trial.clock.advance(60_000);
    await stopped;
    expect(rollout.ending?.result).toBe('interrupted');
    expect(trial.records.at(-1)).toEqual(before);
  });
});
