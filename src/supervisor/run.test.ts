import { afterEach, beforeEach, describe, expect, spyOn, test } from 'bun:test';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts';
import type { ReplicaState } from './fleet.ts';
import { planOf } from './plan.fixture.ts';
import { policy } from './replica/policy.fixture.ts';
import { createSupervisor } from './run.ts';
import type { OperationResult, Supervisor } from './supervisor.ts';
import { CALM } from './world-engines.fixture.ts';
import { createWorld, type World } from './world.fixture.ts';

const FOUR = [planOf('heavy-0', 0), planOf('light-0', 0, 'light'), planOf('heavy-1', 1), planOf('light-1', 1, 'light')];
const NEVER = new AbortController().signal;
const silent = (): void => {};

let clock: FakeClock;
let world: World;
let supervisor: Supervisor;

beforeEach(() => {
  clock = createFakeClock();
  world = createWorld(clock, () => 0);
  supervisor = createSupervisor(FOUR, world.effects);
});

afterEach(() => {
  expect(world.violations).toEqual([]);
});

const states = (): Record<string, ReplicaState> =>
  Object.fromEntries(supervisor.replicas().map((replica) => [replica.name, replica.state]));
const stateOf = (name: string) => states()[name];
const of = (name: string) => supervisor.replicas().find((replica) => replica.name === name);

/** Starts all four and waits until they are ready. */
async function startAll(): Promise<void> {
  await supervisor.start();
  await clock.advance(60_000);
  expect(Object.values(states())).toEqual(['ready', 'ready', 'ready', 'ready']);
}

/** An operation that is under way; `result` is there once it has ended. */
function begun(operation: Promise<OperationResult>): { result?: OperationResult } {
  const watched: { result?: OperationResult } = {};
  void operation.then((result) => (watched.result = result));
  return watched;
}

describe('start', () => {
  test('is one at a time on a card, and cards are side by side', async () => {
    await supervisor.start();
    await clock.advance(0);
    expect(world.spawns).toEqual(['heavy-0', 'heavy-1']);
    expect(states()).toEqual({
      'heavy-0': 'starting',
      'light-0': 'waiting_for_card',
      'heavy-1': 'starting',
      'light-1': 'waiting_for_card',
    });
    await clock.advance(CALM.startMs + CALM.warmMs);
    expect(states()).toMatchObject({ 'heavy-0': 'ready', 'light-0': 'starting' });
  });

  test('shows phase, pid and capacity as they come', async () => {
    await supervisor.start();
    await clock.advance(CALM.startMs / 2);
    expect(of('heavy-0')).toMatchObject({ state: 'starting', phase: 'loading', kvCapacityTokens: undefined });
    await clock.advance(60_000);
    expect(of('heavy-0')).toMatchObject({ state: 'ready', phase: undefined, kvCapacityTokens: 60_000, restarts: 0 });
    expect(of('heavy-0')?.pid).toBe(world.engines.get('heavy-0')?.pid);
  });

  test('opens a replica for work only when it is warm', async () => {
    await supervisor.start();
    await clock.advance(CALM.startMs);
    expect([...world.open]).toEqual([]);
    await clock.advance(CALM.warmMs);
    expect([...world.open]).toEqual(['heavy-0', 'heavy-1']);
  });

  test('that takes too long is given up and tried again', async () => {
    world.tempers.set('heavy-0', { ...CALM, start: 'hang' });
    await supervisor.start();
    await clock.advance(policy.phaseTimeoutMs.spawned + 1_000);
    expect(of('heavy-0')?.lastExit).toMatchObject({ cause: 'start_timed_out' });
    world.tempers.delete('heavy-0');
    expect(stateOf('light-0')).toBe('starting'); // its turn had come meanwhile
  });

  test('that cannot go better the next time waits for an operator, with the advice', async () => {
    world.tempers.set('heavy-0', { ...CALM, start: 'crash', startWords: 'sign bad_flag' });
    await supervisor.start();
    await clock.advance(1_800_000);
    expect(of('heavy-0')).toMatchObject({ state: 'failed', lastExit: { cause: 'bad_flag', advice: 'look' } });
    expect(world.spawns.filter((name) => name === 'heavy-0')).toHaveLength(1);
    expect(stateOf('light-0')).toBe('ready');
    world.tempers.delete('heavy-0');
    const restart = begun(supervisor.restart('heavy-0', silent));
    await clock.advance(60_000);
    expect(restart.result).toEqual({ ok: true });
  });

  test('is tried again after an engine that was once ready, whatever its log says', async () => {
    await startAll();
    world.write('heavy-0', 'sign bad_flag');
    world.crash('heavy-0', { code: 2, signal: null }, 'gone');
    await clock.advance(60_000);
    expect(of('heavy-0')).toMatchObject({ state: 'ready', lastExit: { cause: 'bad_flag' } });
  });

  test('without a command says what to do, and waits for an operator', async () => {
    world.unlaunchable.add('heavy-0');
    await supervisor.start();
    await clock.advance(120_000);
    expect(of('heavy-0')).toMatchObject({ state: 'failed', lastExit: { advice: 'install vLLM first' } });
    world.unlaunchable.clear();
    const restart = begun(supervisor.restart('heavy-0', silent));
    await clock.advance(60_000);
    expect(restart.result).toEqual({ ok: true });
  });
});

describe('an ending nobody asked for', () => {
  test('leads to a restart, whatever the exit code, and disturbs no neighbour', async () => {
    await startAll();
    world.crash('heavy-0', { code: 0, signal: null }, 'orphan');
    await clock.advance(100);
    expect(stateOf('heavy-0')).toBe('starting'); // the first restart comes at once
    expect(world.open.has('heavy-0')).toBe(false);
    await clock.advance(60_000);
    expect(of('heavy-0')).toMatchObject({
      state: 'ready',
      restarts: 1,
      lastExit: { cause: 'engine_core_died', code: 0 },
    });
    expect(world.spawns.filter((name) => name !== 'heavy-0')).toHaveLength(3);
  });

  test('takes longer and longer breaks when it comes again and again, and ends with advice', async () => {
    await startAll();
    world.tempers.set('heavy-0', { ...CALM, startMs: 1_000, start: 'crash' });
    world.crash('heavy-0', { code: 1, signal: null }, 'gone');
    await clock.advance(60_000);
    expect(world.spawns.filter((name) => name === 'heavy-0').length).toBeLessThan(10); // and not dozens
    await clock.advance(600_000);
    expect(world.spawns.filter((name) => name === 'heavy-0')).toHaveLength(1 + policy.maxRestarts);
    expect(of('heavy-0')).toMatchObject({ state: 'failed', restartsLeft: 0 });
    expect(of('heavy-0')?.lastExit?.advice).toContain('It ended 11 times within 60 min');
    expect(stateOf('light-0')).toBe('ready');
    world.tempers.delete('heavy-0');
    const restart = begun(supervisor.restart('heavy-0', silent));
    await clock.advance(60_000);
    expect(restart.result).toEqual({ ok: true });
    expect(of('heavy-0')).toMatchObject({ state: 'ready', restartsLeft: policy.maxRestarts });
  });

  test('by a stall keeps that cause', async () => {
    await startAll();
    world.stall('light-1');
    await clock.advance(60_000);
    expect(of('light-1')).toMatchObject({ state: 'ready', restarts: 1, lastExit: { cause: 'stalled' } });
  });

  test('that health noticed first is explained by the log', async () => {
    await startAll();
    world.write('heavy-0', 'sign cuda_out_of_memory');
    world.condemn('heavy-0', { is: 'dead', because: 'unavailable' });
    await clock.advance(60_000);
    expect(of('heavy-0')?.lastExit).toMatchObject({ cause: 'cuda_out_of_memory' });
  });

  test('that health noticed as a 503 is a dead engine core where the log says nothing', async () => {
    await startAll();
    world.condemn('heavy-0', { is: 'dead', because: 'unavailable' });
    world.condemn('light-1', { is: 'unreachable', because: 'timed_out', forMs: 15_000 });
    await clock.advance(60_000);
    expect(of('heavy-0')?.lastExit).toMatchObject({ cause: 'engine_core_died' });
    expect(of('light-1')?.lastExit).toMatchObject({ cause: 'unresponsive' });
  });

  test('is told: a line between the output, a transition with its reason', async () => {
    await startAll();
    world.crash('heavy-0', { code: null, signal: 'SIGKILL' }, 'gone');
    await clock.advance(60_000);
    const lines = supervisor.output('heavy-0').map((line) => `${line.from}: ${line.text}`);
    expect(lines).toContain('engine: phase loading');
    expect(lines).toContain('supervisor: engine ended: killed, SIGKILL; look');
    expect(supervisor.history('heavy-0')).toContainEqual(
      expect.objectContaining({ from: 'ready', to: 'cleaning', because: 'exited' }),
    );
  });
});

describe('restart', () => {
  test('waits for what runs, then comes back', async () => {
    await startAll();
    world.inFlight.set('heavy-0', 3);
    const said: string[] = [];
    const restart = begun(supervisor.restart('heavy-0', (message) => said.push(message)));
    await clock.advance(5_000);
    expect(stateOf('heavy-0')).toBe('draining');
    world.finishRequests('heavy-0');
    await clock.advance(60_000);
    expect(restart.result).toEqual({ ok: true });
    expect(said).toContain('heavy-0: stopping');
    expect(said.at(-1)).toBe('heavy-0: ready');
    expect(of('heavy-0')).toMatchObject({ restarts: 0, lastExit: { cause: 'asked' } });
  });

  test('waits no longer than the drain may take', async () => {
    await startAll();
    world.inFlight.set('heavy-0', 3);
    const restart = begun(supervisor.restart('heavy-0', silent));
    await clock.advance(policy.drainTimeoutMs + 60_000);
    expect(restart.result).toEqual({ ok: true });
  });

  test('keeps a replica open until no neighbour starts on its card', async () => {
    await startAll();
    world.crash('light-0', { code: 1, signal: null }, 'gone');
    await clock.advance(100);
    const said: string[] = [];
    const restart = begun(supervisor.restart('heavy-0', (message) => said.push(message)));
    await clock.advance(CALM.startMs - 1_000);
    expect(states()).toMatchObject({ 'heavy-0': 'ready', 'light-0': 'starting' });
    expect([...world.open]).toContain('heavy-0');
    expect(said).toEqual(['heavy-0: ready, until its neighbours on the card have started']);
    await clock.advance(120_000);
    expect(restart.result).toEqual({ ok: true });
  });

  test('that waits for a neighbour ends with a drain, which closes at once', async () => {
    await startAll();
    world.crash('light-0', { code: 1, signal: null }, 'gone');
    await clock.advance(100);
    const restart = begun(supervisor.restart('heavy-0', silent));
    const drain = begun(supervisor.drain('heavy-0'));
    await clock.advance(0);
    expect(drain.result).toEqual({ ok: true });
    expect([...world.open]).not.toContain('heavy-0');
    await clock.advance(120_000);
    expect(restart.result).toEqual({ ok: false, message: 'heavy-0 was drained while it restarted' });
    expect(stateOf('heavy-0')).toBe('draining');
  });

  test('says why the new engine did not come up', async () => {
    await startAll();
    world.tempers.set('heavy-0', { ...CALM, start: 'crash' });
    const restart = begun(supervisor.restart('heavy-0', silent));
    await clock.advance(60_000);
    expect(restart.result).toEqual({
      ok: false,
      message: expect.stringContaining('heavy-0 did not start: unknown; look'),
    });
  });

  test('of an unknown replica says so', async () => {
    expect(await supervisor.restart('heavy-9', silent)).toEqual({ ok: false, message: 'no replica is called heavy-9' });
  });
});

describe('drain and resume', () => {
  test('take a replica out of traffic and back, with its engine up', async () => {
    await startAll();
    world.inFlight.set('heavy-0', 1);
    const drain = begun(supervisor.drain('heavy-0'));
    await clock.advance(10 * policy.drainTimeoutMs);
    expect(drain.result).toBeUndefined();
    world.finishRequests('heavy-0');
    await clock.advance(0);
    expect(drain.result).toEqual({ ok: true });
    expect(world.open.has('heavy-0')).toBe(false);
    expect(await supervisor.resume('heavy-0')).toEqual({ ok: true });
    expect(world.open.has('heavy-0')).toBe(true);
    expect(world.spawns).toHaveLength(4);
  });

  test('a resume before the end of a drain ends it', async () => {
    await startAll();
    world.inFlight.set('heavy-0', 1);
    const drain = begun(supervisor.drain('heavy-0'));
    await clock.advance(10);
    await supervisor.resume('heavy-0');
    await clock.advance(10);
    expect(drain.result).toMatchObject({ ok: false });
    expect(world.open.has('heavy-0')).toBe(true);
  });

  test('the late end of an earlier drain does not count for the next', async () => {
    const ends: (() => void)[] = [];
    const close = (): Promise<void> => new Promise((resolve) => void ends.push(resolve));
    const dispatch = { open: silent, close, end: silent, inFlight: () => 1 };
    supervisor = createSupervisor(FOUR, { ...world.effects, dispatch });
    await startAll();
    void supervisor.drain('heavy-0');
    await clock.advance(10);
    await supervisor.resume('heavy-0');
    const second = begun(supervisor.drain('heavy-0'));
    await clock.advance(10);
    ends[0]?.();
    await clock.advance(10);
    expect(second.result).toBeUndefined();
    ends[1]?.();
    await clock.advance(10);
    expect(second.result).toEqual({ ok: true });
  });
});

test('bug: a transition that cannot be told keeps no replica from its life', async () => {
  const failing = spyOn(world.effects.metrics.replicaState, 'set').mockImplementation(() => {
    throw new Error('no series');
  });
  await startAll();
  world.crash('heavy-0', { code: 1, signal: null }, 'gone');
  await clock.advance(60_000);
  expect(stateOf('heavy-0')).toBe('ready');
  expect(of('heavy-0')?.restarts).toBe(1);
  expect(failing).toHaveBeenCalled();
  failing.mockRestore();
});

describe('stop', () => {
  test('drains all side by side and leaves no process', async () => {
    await startAll();
    world.inFlight.set('heavy-0', 2).set('light-1', 2);
    let isOver = false;
    void supervisor.stop(NEVER).then(() => (isOver = true));
    await clock.advance(1_000);
    expect(states()).toMatchObject({ 'heavy-0': 'draining', 'light-0': 'stopped' });
    expect(isOver).toBe(false);
    await clock.advance(policy.drainTimeoutMs);
    expect(isOver).toBe(true);
    expect(world.running()).toEqual([]);
    expect(await supervisor.restart('heavy-0', silent)).toEqual({ ok: false, message: 'this node is stopping' });
  });

  test('drains no longer once it is in a hurry', async () => {
    await startAll();
    world.inFlight.set('heavy-0', 2);
    const hurry = new AbortController();
    let isOver = false;
    void supervisor.stop(hurry.signal).then(() => (isOver = true));
    await clock.advance(1_000);
    expect(isOver).toBe(false);
    hurry.abort();
    await clock.advance(CALM.dieMs + 100); // no grace for anybody
    expect(isOver).toBe(true);
  });

  test('bug: a hurry ends an engine that was asked already and ignores it', async () => {
    world.tempers.set('heavy-0', { ...CALM, onTerm: 'ignore' });
    await startAll();
    const hurry = new AbortController();
    let isOver = false;
    void supervisor.stop(hurry.signal).then(() => (isOver = true));
    await clock.advance(1_000);
    expect(stateOf('heavy-0')).toBe('stopping');
    hurry.abort();
    await clock.advance(CALM.dieMs + 100);
    expect(isOver).toBe(true);
  });

  test('ends engines that start, crash, wait or ignore it', async () => {
    world.tempers.set('heavy-0', { ...CALM, onTerm: 'swallow_one' });
    world.tempers.set('heavy-1', { ...CALM, onTerm: 'ignore' });
    await supervisor.start();
    await clock.advance(5_000);
    let isOver = false;
    void supervisor.stop(NEVER).then(() => (isOver = true));
    await clock.advance(1_500 + CALM.leaveMs + 100);
    expect(states()).toMatchObject({ 'heavy-0': 'stopped', 'light-0': 'stopped', 'heavy-1': 'stopping' });
    await clock.advance(policy.stopGraceMs);
    expect(isOver).toBe(true);
    expect(world.running()).toEqual([]);
  });

  test('is not overruled by a restart that was asked for in the same turn', async () => {
    await startAll();
    const restart = begun(supervisor.restart('heavy-0', silent));
    let isOver = false;
    void supervisor.stop(NEVER).then(() => (isOver = true));
    await clock.advance(60_000);
    expect(isOver).toBe(true);
    expect(restart.result).toEqual({ ok: false, message: 'this node is stopping' });
  });

  test('waits for no neighbour that starts', async () => {
    await startAll();
    world.crash('light-0', { code: 1, signal: null }, 'gone');
    await clock.advance(100);
    const restart = begun(supervisor.restart('heavy-0', silent));
    await clock.advance(100);
    expect(states()).toMatchObject({ 'heavy-0': 'ready', 'light-0': 'starting' });
    let isOver = false;
    void supervisor.stop(NEVER).then(() => (isOver = true));
    await clock.advance(0);
    expect(states()).toMatchObject({ 'heavy-0': 'stopping', 'light-0': 'stopping' });
    await clock.advance(policy.stopGraceMs);
    expect(isOver).toBe(true);
    expect(restart.result).toEqual({ ok: false, message: 'heavy-0 was stopped while it restarted' });
  });
});
