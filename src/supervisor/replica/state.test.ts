import { describe, expect, test } from 'bun:test';
import type { Verdict } from '../../health/index.ts';
import type { LastExit } from '../fleet.ts';
import { SECOND_TERM_AFTER_MS } from './arrival.ts';
import { LINGER_MS } from './endings.ts';
import { policy } from './policy.fixture.ts';
import type { ReplicaEffect, ReplicaEvent } from './stage.ts';
import { step } from './state.ts';
import {
  after,
  answering,
  capacity,
  coreLost,
  doneAfter,
  elapsed,
  exit,
  exited,
  gone,
  granted,
  idle,
  life,
  proven,
  stageAfter,
  stalled,
  toDraining,
  toLeaving,
  toProving,
  toReady,
  toStarting,
  toStopping,
  toWarming,
  unspawned,
  warm,
} from './steps.fixture.ts';

describe('a start', () => {
  test('waits for the card, spawns, and is open once a completion came back', () => {
    expect(after({ on: 'restart' }).effects).toEqual([{ do: 'request_card', use: 'start' }]);
    expect(doneAfter(...toStarting)).toEqual(['spawn', 'wake']);
    expect(stageAfter(...toWarming)).toBe('warming');
    expect(stageAfter(...toReady)).toBe('ready');
    expect(doneAfter(...toReady)).toEqual(['release_card', 'open', 'wake']);
  });

  test('that finds no command fails for good, until asked again', () => {
    const failed = [...toStarting, { on: 'unlaunchable', life, exit }] as const;
    expect(after(...failed).replica).toMatchObject({ stage: { in: 'failed' }, lastExit: exit });
    expect(doneAfter(...failed)).toEqual(['release_card']);
    expect(stageAfter(...failed, { on: 'restart' })).toBe('waiting_for_card');
  });

  test('that could not be spawned is tried again after a wait', () => {
    expect(after(...toStarting, unspawned).replica).toMatchObject({ stage: { in: 'backoff' }, lastExit: exit });
    expect(stageAfter(...toStarting, unspawned, elapsed('backoff'))).toBe('waiting_for_card');
  });

  test('given up while it waits for the card leaves the line', () => {
    expect(doneAfter({ on: 'restart' }, { on: 'stop' })).toEqual(['give_up_proof', 'release_card']);
  });
});

describe('an ending nobody asked for', () => {
  for (const [where, events] of [
    ['starting', toStarting],
    ['warming', toWarming],
    ['ready', toReady],
  ] as const) {
    test(`from ${where} kills what is left of the group and holds the card until it is gone`, () => {
      const done = doneAfter(...events, exited);
      expect(done.slice(-2)).toEqual(['kill_group', 'seize_card']);
      expect(done).not.toContain('terminate_leader');
      expect(stageAfter(...events, exited, gone)).toBe('backoff');
      expect(doneAfter(...events, exited, gone)).toEqual(['forget_group', 'release_card', 'report_ending', 'back_off']);
    });
  }

  test('closes a ready replica for work first', () => {
    expect(doneAfter(...toReady, exited)[0]).toBe('close');
  });

  test('is a crash whatever the exit code', () => {
    const clean: LastExit = { ...exit, code: 0, signal: null, cause: 'engine_core_died' };
    const { replica } = after(...toReady, exited, { ...gone, exit: clean });
    expect(replica).toMatchObject({ stage: { in: 'backoff' }, failures: 1, restarts: 1, lastExit: clean });
  });

  test('by a verdict keeps that cause, and the exit that follows', () => {
    const { replica } = after(...toReady, stalled, exited, gone);
    expect(replica.lastExit).toMatchObject({ cause: 'stalled', signal: 'SIGKILL' });
    expect(replica.lastExit?.advice).toContain('30 s');
  });

  test('by a verdict is explained by its log before anything else', () => {
    const oom: LastExit = { ...exit, cause: 'cuda_out_of_memory' };
    const found = { ...gone, exit: oom, from: 'log' } as const;
    expect(after(...toReady, stalled, exited, found).replica.lastExit).toEqual(oom);
    expect(after(...toStarting, elapsed('phase'), exited, found).replica.lastExit).toEqual(oom);
    expect(after(...toStopping, elapsed('grace'), exited, found).replica.lastExit).toMatchObject({ cause: 'asked' });
  });

  test('of a core is noticed before its leader follows, and does not wait for it', () => {
    for (const events of [toWarming, toReady, toDraining, [...toReady, { on: 'drain' }] as const]) {
      const { replica, effects } = after(...events, coreLost);
      expect(replica.stage).toMatchObject({ in: 'cleaning', why: { cause: 'engine_core_died' } });
      expect(effects.map((effect) => effect.do).slice(-2)).toEqual(['kill_group', 'seize_card']);
      expect(after(...events, coreLost, exited, gone).replica.lastExit?.advice).toContain('VLLM::EngineCor (pid 501)');
    }
    expect(stageAfter(...toStopping, coreLost)).toBe('stopping');
  });

  test('keeps its first cause, unless log or kernel know better', () => {
    const xid: LastExit = { ...exit, cause: 'cuda_fault' };
    expect(after(...toReady, coreLost, stalled, exited, gone).replica.lastExit?.cause).toBe('engine_core_died');
    expect(after(...toReady, exited, coreLost, gone).replica.lastExit?.cause).toBe('killed');
    const found = { ...gone, exit: xid, from: 'kernel' } as const;
    expect(after(...toReady, coreLost, exited, found).replica.lastExit).toEqual(xid);
  });

  test('after a 503 is that of the engine core, where the log says nothing', () => {
    const causeAfter = (verdict: Verdict) =>
      after(...toReady, { on: 'verdict', life, verdict }, exited, gone).replica.lastExit?.cause;
    expect(causeAfter({ is: 'dead', because: 'unavailable' })).toBe('engine_core_died');
    expect(causeAfter({ is: 'dead', because: 'server_error' })).toBe('unresponsive');
    expect(causeAfter({ is: 'unreachable', because: 'timed_out', forMs: 15_000 })).toBe('unresponsive');
    expect(causeAfter({ is: 'unreachable', because: 'refused', forMs: 15_000 })).toBe('unreachable');
  });

  test('that another start would not help fails for good while it starts, and only then', () => {
    const flag: LastExit = { ...exit, cause: 'bad_flag' };
    const fatal = { ...gone, exit: flag } as const;
    for (const events of [toStarting, toWarming]) {
      const { replica, effects } = after(...events, exited, fatal);
      expect(replica).toMatchObject({ stage: { in: 'failed' }, lastExit: flag });
      expect(effects.map((effect) => effect.do)).toEqual(['forget_group', 'release_card', 'report_ending']);
    }
    expect(stageAfter(...toReady, exited, fatal)).toBe('backoff');
    expect(stageAfter(...toReady, { on: 'drain' }, exited, fatal)).toBe('backoff');
    expect(stageAfter(...toStarting, exited, fatal, { on: 'restart' })).toBe('waiting_for_card');
    expect(stageAfter(...toStarting, exited, { on: 'restart' }, fatal)).toBe('waiting_for_card');
    expect(stageAfter(...toStarting, exited, { on: 'stop' }, fatal)).toBe('stopped');
    expect(stageAfter(...toStarting, elapsed('phase'), exited, fatal)).toBe('backoff'); // its exit is our doing
  });

  test('is never what `ok` and `busy` lead to', () => {
    for (const is of ['ok', 'busy'] as const) {
      expect(stageAfter(...toReady, { on: 'verdict', life, verdict: { is } })).toBe('ready');
    }
  });
});

/** Somebody who asked for an ending waits for it no longer. */
const KILL = ['tell_end', 'kill_group', 'seize_card'] as const;

describe('a stop', () => {
  test('takes the card, drains, asks the leader, and is over when the group is gone', () => {
    expect(after(...toLeaving).effects).toEqual([{ do: 'request_card', use: 'stop' }]);
    expect(stageAfter(...toLeaving)).toBe('ready');
    expect(doneAfter(...toDraining)).toEqual(['close', 'wake']);
    expect(doneAfter(...toStopping)).toEqual(['tell_end', 'terminate_leader', 'seize_card', 'wake']);
    expect(after(...toStopping, exited).effects).toEqual([{ do: 'wake', timer: 'grace', afterMs: LINGER_MS }]);
    expect(after(...toStopping, exited, gone).replica).toMatchObject({
      stage: { in: 'stopped' },
      restarts: 0,
      lastExit: { cause: 'asked' },
    });
  });

  test('asks for the card once, however often it is asked for', () => {
    expect(doneAfter(...toLeaving, { on: 'restart' })).toEqual([]);
    expect(stageAfter(...toLeaving, { on: 'restart' }, { on: 'stop' }, granted, idle, exited, gone)).toBe('stopped');
  });

  test('that waits for the card sees a crash first', () => {
    expect(doneAfter(...toLeaving, exited)).toEqual(['close', 'tell_end', 'kill_group', 'seize_card']);
    expect(stageAfter(...toLeaving, exited, gone)).toBe('stopped');
  });

  test('drains no longer than its time, or than an operator in a hurry', () => {
    expect(doneAfter(...toDraining, elapsed('drain'))).toContain('terminate_leader');
    expect(doneAfter(...toDraining, { on: 'hurry' })).toEqual([...KILL]);
  });

  test('bug: an operator in a hurry waits for no grace of a leader that is frozen', () => {
    expect(doneAfter(...toStopping, { on: 'hurry' })).toEqual([...KILL]);
    expect(doneAfter(...toStarting, { on: 'stop' }, { on: 'hurry' })).toEqual([...KILL]);
    expect(doneAfter(...toLeaving, { on: 'hurry' })).toEqual(['close', ...KILL]);
    expect(stageAfter(...toLeaving, { on: 'hurry' }, exited, gone)).toBe('stopped');
    expect(stageAfter(...toStopping, { on: 'hurry' }, exited, gone)).toBe('stopped');
  });

  test('kills the group when the leader ignores it, or leaves something behind', () => {
    expect(doneAfter(...toStopping, elapsed('grace'))).toEqual([...KILL]);
    expect(doneAfter(...toStopping, exited, elapsed('grace'))).toEqual([...KILL]);
    expect(after(...toStopping, elapsed('grace'), exited, gone).replica).toMatchObject({
      stage: { in: 'stopped' },
      restarts: 0,
      lastExit: { cause: 'asked', signal: 'SIGKILL' },
    });
  });

  test('of a start asks the leader twice, for the first may be swallowed', () => {
    const stopped = [...toStarting, { on: 'stop' }] as const;
    expect(after(...stopped).effects).toContainEqual({
      do: 'wake',
      timer: 'second_term',
      afterMs: SECOND_TERM_AFTER_MS,
    });
    expect(doneAfter(...stopped, elapsed('second_term'))).toEqual(['terminate_leader']);
  });

  test('of a ready engine asks it once: a second one makes it hang', () => {
    expect(after(...toStopping).effects.filter((effect) => effect.do === 'wake')).toEqual([
      { do: 'wake', timer: 'grace', afterMs: policy.stopGraceMs },
    ]);
  });

  test('while it restarts after a crash ends there', () => {
    expect(stageAfter(...toReady, exited, { on: 'stop' }, gone)).toBe('stopped');
    expect(stageAfter(...toReady, exited, gone, { on: 'stop' })).toBe('stopped');
  });

  test('does not hide that the engine crashed while it drained', () => {
    const { replica } = after(...toDraining, exited, gone);
    expect(replica).toMatchObject({ stage: { in: 'stopped' }, restarts: 1, lastExit: { cause: 'killed' } });
  });
});

describe('a restart', () => {
  test('drains, stops and starts again', () => {
    expect(after(...toReady, { on: 'restart' }, granted, idle, exited, gone).replica).toMatchObject({
      stage: { in: 'waiting_for_card' },
      life: 2,
      restarts: 0,
    });
  });

  test('is overruled by a stop', () => {
    expect(stageAfter(...toReady, { on: 'restart' }, granted, idle, { on: 'stop' }, exited, gone)).toBe('stopped');
  });
});

describe('a drain', () => {
  const drained = [...toReady, { on: 'drain' }, idle] as const;

  test('leaves the engine up, and a resume opens it again', () => {
    expect(after(...drained).replica.stage).toMatchObject({ in: 'draining', next: 'stay', isQuiet: true });
    expect(doneAfter(...drained)).toEqual([]);
    expect(after(...drained, { on: 'resume' }).effects[0]).toEqual({ do: 'open', capacity });
  });

  test('has no time limit', () => {
    expect(stageAfter(...toReady, { on: 'drain' }, elapsed('drain'))).toBe('draining');
    expect(doneAfter(...toReady, { on: 'drain' }, elapsed('drain'))).toEqual([]);
  });

  test('outlives a crash: the replica comes back closed', () => {
    const { replica, effects } = after(
      ...drained,
      exited,
      gone,
      elapsed('backoff'),
      { ...granted, life: 2 },
      { ...proven, life: 2 },
      { ...answering, life: 2 },
      { ...warm, life: 2 },
    );
    expect(replica.stage).toMatchObject({ in: 'draining', next: 'stay', isQuiet: true });
    expect(effects).toEqual([{ do: 'release_card' }]);
  });

  test('can be followed by a stop', () => {
    expect(doneAfter(...drained, { on: 'stop' })).toEqual(['request_card']);
    expect(doneAfter(...drained, { on: 'stop' }, granted)).toContain('terminate_leader');
    const busy = [...toReady, { on: 'drain' }, { on: 'stop' }] as const;
    expect(doneAfter(...busy)).toEqual(['request_card']);
    expect(doneAfter(...busy, granted)).toEqual(['wake']);
    expect(doneAfter(...busy, granted, idle)).toContain('terminate_leader');
    expect(doneAfter(...busy, idle)).toEqual([]);
    expect(doneAfter(...busy, idle, granted)).toContain('terminate_leader');
  });

  test('closes a replica that waits for its card to restart, and the restart goes on', () => {
    const waiting = [...toReady, { on: 'restart' }, { on: 'drain' }] as const;
    expect(doneAfter(...waiting)).toEqual(['close']);
    expect(after(...waiting, granted, idle, exited, gone).replica).toMatchObject({ life: 2, held: true });
  });
});

describe('a replica that is rolled', () => {
  const held = { on: 'restart', held: true } as const;
  const toHeld = [held, granted, proven, answering, warm] as const;
  const open = (share: number) => ({ on: 'open', share }) as const;
  const opened = (share: number): ReplicaEffect => ({ do: 'open', capacity, ...(share === 1 ? {} : { share }) });

  test('starts closed, and stays so through endings of its own', () => {
    expect(after(...toHeld).replica).toMatchObject({
      held: true,
      stage: { in: 'draining', next: 'stay', isQuiet: true },
    });
    expect(doneAfter(...toHeld)).toEqual(['release_card']);
    expect(after(...toHeld, exited, gone).replica.held).toBe(true);
  });

  test('is opened with a part of its capacity, and then whole, without being closed', () => {
    expect(after(...toHeld, open(0.5)).effects).toContainEqual(opened(0.5));
    expect(after(...toHeld, open(0.5), open(1)).effects).toEqual([opened(1)]);
    expect(after(...toHeld, open(0.5)).replica.stage).toMatchObject({ in: 'ready', capacity });
  });

  test('is opened whole by a restart, whatever its share was', () => {
    expect(after(...toHeld, open(0.5), { on: 'restart' }).replica).toMatchObject({ held: false, share: 1 });
  });

  test('drains as long as whoever asked it to stop says, and after that as its policy does', () => {
    const limit = (...events: readonly ReplicaEvent[]) =>
      after(...events).effects.find((it) => it.do === 'wake' && it.timer === 'drain');
    const stop = { on: 'stop', drainTimeoutMs: 5_000 } as const;
    expect(limit(...toReady, stop, granted)).toMatchObject({ afterMs: 5_000 });
    expect(limit(...toReady, stop, { on: 'stop' }, granted)).toMatchObject({ afterMs: policy.drainTimeoutMs });
  });
});

describe('stay', () => {
  const stay = { on: 'stay' } as const;

  test('calls off a leaving that waits for its card', () => {
    const { replica, effects } = after(...toLeaving, stay);
    expect(replica.stage).toMatchObject({ in: 'ready', leaving: undefined });
    expect(effects).toEqual([{ do: 'release_card' }]);
  });

  test('opens what drains, and no limit of that drain is left', () => {
    expect(doneAfter(...toDraining, stay)).toEqual(['release_card', 'wake', 'open', 'wake']);
    expect(after(...toDraining, stay).effects).toContainEqual({
      do: 'wake',
      timer: 'drain',
      afterMs: Number.POSITIVE_INFINITY,
    });
    expect(stageAfter(...toDraining, stay)).toBe('ready');
  });

  test('keeps closed what an operator had drained', () => {
    const drained = [...toReady, { on: 'drain' }, idle, { on: 'stop' }] as const;
    expect(after(...drained, stay).replica.stage).toMatchObject({ in: 'draining', next: 'stay', hasCard: false });
  });

  test('comes too late for an engine that was asked to end, and means nothing to one that stays', () => {
    expect(stageAfter(...toDraining, idle, stay)).toBe('stopping');
    expect(doneAfter(...toReady, stay)).toEqual([]);
  });
});

describe('a step that failed', () => {
  const broken = { on: 'broken', life, why: { cause: 'internal_error', advice: 'look' } } as const;

  test.each([
    ['starting', toStarting],
    ['warming', toWarming],
    ['ready', toReady],
    ['draining', [...toReady, { on: 'drain' }]],
  ] as const)('ends an engine that is %s, and says so whatever our own signal looks like', (_, events) => {
    expect(doneAfter(...events, broken)).toContain('kill_group');
    expect(after(...events, broken, exited, gone).replica).toMatchObject({
      stage: { in: 'backoff' },
      lastExit: { cause: 'internal_error', signal: 'SIGKILL', advice: 'look' },
    });
  });

  test('before a process came of it is tried again after a wait', () => {
    expect(stageAfter({ on: 'restart' }, unspawned)).toBe('backoff');
    expect(after(...toProving, unspawned).replica).toMatchObject({ stage: { in: 'backoff' }, failures: 1 });
  });
});

test('whoever asks for something else waits for no look at the card', () => {
  for (const on of ['stop', 'restart'] as const) {
    expect(doneAfter(...toReady, exited, { on })).toEqual(['give_up_look']);
  }
});

test('an ending that nobody asked for is held against what ran', () => {
  const told = { do: 'tell_end', ending: 'unasked' } as const;
  expect(after(...toReady, exited).effects).toContainEqual(told);
  expect(after(...toReady, stalled).effects).toContainEqual(told);
});

test('events of an earlier life change nothing', () => {
  const { replica } = after(...toReady, exited, gone, elapsed('backoff'), { ...granted, life: 2 });
  for (const event of [exited, gone, granted, warm, stalled, elapsed('phase')]) {
    expect(step(replica, event, policy)).toEqual({ replica, effects: [] });
  }
});
