import { expect, test } from 'bun:test';
import type { RestartConfig } from '../../config/index.ts';
import { EXIT_RULES, type ExitCause } from '../../engine/index.ts';
import { policy as defaults } from './policy.fixture.ts';
import { planOf } from '../plan.fixture.ts';
import { recentEndings } from './restarts.ts';
import { NEVER_STARTED, type Replica, type ReplicaEffect, type ReplicaEvent } from './stage.ts';
import { step } from './state.ts';
import { statusOf } from './status.ts';
import { capacity, exit } from './steps.fixture.ts';

const policy: RestartConfig = { ...defaults, maxRestarts: 3, restartWindowMs: 600_000 };
const MINUTE = 60_000;

/** A replica to be played with, and the effects of the last event. */
function play() {
  let replica: Replica = NEVER_STARTED;
  let effects: readonly ReplicaEffect[] = [];
  function send(...events: readonly ReplicaEvent[]): void {
    for (const event of events) ({ replica, effects } = step(replica, event, policy));
  }
  return {
    send,
    replica: () => replica,
    lastExit: () =>
      statusOf(planOf('heavy-0', 0), replica, { pid: undefined, sinceUnixMs: 0, restartsLeft: 0 }).lastExit,
    last: () => effects.at(-1),
    ready() {
      const { life } = replica;
      send({ on: 'card_granted', life }, { on: 'card_proven', life });
      send({ on: 'answering', life }, { on: 'warm', life, capacity });
    },
    crash(atMs: number, cause: ExitCause = 'unknown') {
      const { life } = replica;
      send({ on: 'exited', life }, { on: 'gone', life, atMs, exit: { ...exit, cause }, from: 'code' });
    },
    again: () => send({ on: 'elapsed', life: replica.life, timer: 'backoff' }),
    healthy: () => send({ on: 'elapsed', life: replica.life, timer: 'healthy' }),
  };
}

/** One that was ready, and crashed and came back at each of these times. */
function crashedAt(...timesMs: readonly number[]) {
  const it = play();
  it.send({ on: 'restart' });
  it.ready();
  for (const atMs of timesMs) {
    it.crash(atMs);
    it.again();
    it.ready();
  }
  return it;
}

test('the first restart comes at once, each further one waits for one more failure', () => {
  const it = crashedAt();
  it.crash(0);
  expect(it.last()).toEqual({ do: 'back_off', failures: 1, atLeastMs: 0 });
  it.again();
  it.ready();
  it.crash(1);
  expect(it.last()).toEqual({ do: 'back_off', failures: 2, atLeastMs: 0 });
});

test('no restart comes sooner than its cause allows', () => {
  const it = crashedAt();
  it.crash(0, 'profiling_race');
  const { waitAtLeastMs } = EXIT_RULES.profiling_race;
  expect(waitAtLeastMs).toBeGreaterThan(0);
  expect(it.last()).toEqual({ do: 'back_off', failures: 1, atLeastMs: waitAtLeastMs });
});

test('more endings in the window than allowed fail it, with how many in how long and the last advice', () => {
  const it = crashedAt(MINUTE, 2 * MINUTE, 3 * MINUTE);
  it.crash(4 * MINUTE, 'cuda_out_of_memory');
  expect(it.replica()).toMatchObject({ stage: { in: 'failed' }, restarts: 4 });
  expect(it.lastExit()).toMatchObject({
    cause: 'cuda_out_of_memory',
    advice: expect.stringMatching(/^It ended 4 times within 10 min and .*`ssw-infer restart`.*: look$/),
  });
});

test('bug: started again, it is no longer said not to be; what it ended of stays', () => {
  const it = crashedAt(0, 1, 2);
  it.crash(3);
  it.send({ on: 'restart' });
  expect(it.lastExit()?.advice).toBe('look');
  it.ready();
  expect(it.lastExit()).toEqual({ ...exit, cause: 'unknown' });
});

test('bug: a start that the system refuses waits, however often, and does not count', () => {
  const it = play();
  it.send({ on: 'restart' });
  for (let number = 1; number <= 100; number += 1) {
    const { life } = it.replica();
    it.send({ on: 'card_granted', life }, { on: 'card_proven', life });
    it.send({ on: 'hindered', life, exit: { ...exit, cause: 'spawn_failed' } });
    expect(it.last()).toEqual({ do: 'back_off', failures: 0, atLeastMs: 5_000 });
    it.again();
  }
  expect(it.replica()).toMatchObject({ restarts: 0, endings: [] });
});

test('endings that lie further apart never do', () => {
  const times = Array.from({ length: 50 }, (_, number) => number * 4 * MINUTE);
  const it = crashedAt(...times);
  expect(it.replica().stage.in).toBe('ready');
  expect(recentEndings(it.replica(), policy, times.at(-1) ?? 0)).toHaveLength(3);
});

test('a start that we fail at counts like an ending', () => {
  const it = play();
  it.send({ on: 'restart' });
  for (let number = 1; number <= 4; number += 1) {
    const { life } = it.replica();
    it.send({ on: 'card_granted', life }, { on: 'card_proven', life }, { on: 'unspawned', life, exit, atMs: number });
    if (number < 4) it.again();
  }
  expect(it.replica().stage.in).toBe('failed');
});

test('ready for long enough, one ending is earned back and the wait begins anew', () => {
  const it = crashedAt(0, 1, 2);
  it.healthy();
  expect(it.replica()).toMatchObject({ failures: 0, endings: [1, 2] });
  expect(it.last()).toEqual({ do: 'wake', timer: 'healthy', afterMs: policy.healthyAfterMs });
  it.crash(3);
  expect(it.replica().stage.in).toBe('backoff');
  expect(it.last()).toMatchObject({ failures: 1 });
});

test('once all are earned back nothing wakes it any more', () => {
  const it = crashedAt(0);
  it.healthy();
  expect(it.last()).toBeUndefined();
});

test('an operator who restarts it forgives everything', () => {
  const it = crashedAt(0, 1, 2);
  it.crash(3);
  it.send({ on: 'restart' });
  expect(it.replica()).toMatchObject({ stage: { in: 'waiting_for_card' }, failures: 0, endings: [] });
  it.ready();
  it.crash(4);
  expect(it.last()).toMatchObject({ failures: 1 });
});

test('an ending that is overruled by a stop or a restart is told, and does not count', () => {
  for (const on of ['stop', 'restart'] as const) {
    const it = crashedAt();
    const { life } = it.replica();
    it.send({ on: 'exited', life }, { on }, { on: 'gone', life, atMs: 0, exit, from: 'code' });
    expect(it.replica()).toMatchObject({ restarts: 1, endings: [], lastExit: { cause: 'killed' } });
  }
});
