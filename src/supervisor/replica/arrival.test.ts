import { describe, expect, test } from 'bun:test';
import { EXIT_RULES, type StartProgress } from '../../engine/index.ts';
import type { LastExit } from '../fleet.ts';
import { policy } from './policy.fixture.ts';
import type { ReplicaEvent } from './stage.ts';
import {
  after,
  answering,
  doneAfter,
  elapsed,
  exit,
  exited,
  gone,
  life,
  stageAfter,
  toProving,
  toReady,
  toStarting,
  toWarming,
} from './steps.fixture.ts';

const occupied: LastExit = { ...exit, cause: 'no_card_memory', code: null, signal: null, advice: '19 GiB are free' };
const hindered = (by: LastExit): ReplicaEvent => ({ on: 'hindered', life, exit: by });
const progress = (it: StartProgress): ReplicaEvent => ({ on: 'progress', life, progress: it });
const again = { ...elapsed('backoff'), life } as const;

describe('a start that has the card', () => {
  test('spawns nothing before the memory of those before it is back', () => {
    expect(after(...toProving).replica.stage).toEqual({ in: 'waiting_for_card', for: 'memory' });
    expect(doneAfter(...toProving)).toEqual(['prove_card']);
    expect(doneAfter(...toStarting)).toEqual(['spawn', 'wake']);
  });

  test('lets its neighbours go first while others hold the memory, and is not blamed for it', () => {
    const { replica, effects } = after(...toProving, hindered(occupied));
    expect(replica).toMatchObject({ stage: { in: 'backoff' }, lastExit: occupied, restarts: 0, endings: [] });
    expect(effects).toEqual([
      { do: 'release_card' },
      { do: 'report_ending', exit: occupied, ending: 'hindered' },
      { do: 'back_off', failures: 0, atLeastMs: EXIT_RULES.no_card_memory.waitAtLeastMs },
    ]);
    expect(stageAfter(...toProving, hindered(occupied), again)).toBe('waiting_for_card');
  });

  test('may be hindered as often as it takes', () => {
    const events: ReplicaEvent[] = [{ on: 'restart' }];
    for (let number = 1; number <= 5 * policy.maxRestarts; number += 1) {
      events.push(
        { on: 'card_granted', life: number },
        { on: 'hindered', life: number, exit: occupied },
        { on: 'elapsed', life: number, timer: 'backoff' },
      );
    }
    expect(stageAfter(...events)).toBe('waiting_for_card');
  });

  test('spawns nothing where a stranger has its port, and tries again', () => {
    const taken: LastExit = { ...occupied, cause: 'address_in_use' };
    expect(after(...toStarting, hindered(taken)).replica).toMatchObject({ stage: { in: 'backoff' }, lastExit: taken });
    expect(after(...toStarting, hindered(taken)).effects.at(-1)).toMatchObject({
      failures: 0,
      atLeastMs: EXIT_RULES.address_in_use.waitAtLeastMs,
    });
  });

  test('asked to stop gives up the proof and the card', () => {
    expect(doneAfter(...toProving, { on: 'stop' })).toEqual(['give_up_proof', 'release_card']);
    expect(stageAfter(...toProving, { on: 'stop' })).toBe('stopped');
  });
});

describe('a start under way', () => {
  test('shows its phases, which only go forward, and how far each is', () => {
    const back = progress({ phase: 'configuring' });
    const events = [progress({ phase: 'loading', done: 2, total: 5 }), back] as const;
    expect(after(...toStarting, ...events).replica.stage).toEqual({
      in: 'starting',
      progress: { phase: 'loading', done: 2, total: 5 },
      notReadyBecause: undefined,
    });
    expect(doneAfter(...toStarting, ...events)).toEqual([]);
  });

  test('may take as long as it likes, while every phase goes on', () => {
    const first = after(...toStarting).effects.at(-1);
    expect(first).toEqual({ do: 'wake', timer: 'phase', afterMs: policy.phaseTimeoutMs.spawned });
    const loading = { do: 'wake', timer: 'phase', afterMs: policy.phaseTimeoutMs.loading } as const;
    for (const done of [1, 2, 3]) {
      expect(after(...toStarting, progress({ phase: 'loading', done, total: 5 })).effects).toEqual([loading]);
    }
    const warming = { do: 'wake', timer: 'phase', afterMs: policy.phaseTimeoutMs.warming } as const;
    expect(after(...toWarming).effects).toEqual([warming]);
  });

  test('that comes no further is ended, and says where it stands and which key to raise', () => {
    const stuck = [...toStarting, progress({ phase: 'loading', done: 3, total: 5 }), elapsed('phase')] as const;
    const { replica, effects } = after(...stuck);
    expect(replica.stage).toMatchObject({ in: 'cleaning', next: 'backoff', why: { cause: 'start_timed_out' } });
    expect(effects.map((effect) => effect.do)).toEqual(['tell_end', 'kill_group', 'seize_card']);
    expect(after(...stuck, exited, gone).replica.lastExit?.advice).toBe(
      'No progress in phase loading (3 of 5) for 900 s; raise restart.phase_timeout_s.loading if it only needs longer.',
    );
  });

  test('that listens and never answers, or answers and gives no token, comes no further either', () => {
    const listening = [...toStarting, progress({ phase: 'listening' }), elapsed('phase'), exited, gone] as const;
    expect(after(...listening).replica.lastExit?.advice).toContain('phase listening for 120 s');
    const warming = [...toWarming, elapsed('phase'), exited, gone] as const;
    expect(after(...warming).replica.lastExit?.advice).toContain('raise restart.phase_timeout_s.warming');
    expect(stageAfter(...toReady, elapsed('phase'))).toBe('ready');
  });

  test('bug: that health met something else of is ended with it', () => {
    const notYet = { on: 'not_yet', life, why: 'status 404: The model does not exist' } as const;
    const starting = [...toStarting, notYet, progress({ phase: 'listening' })] as const;
    for (const events of [starting, [...toWarming, notYet]] as const) {
      expect(after(...events).replica.stage).toMatchObject({ notReadyBecause: notYet.why });
      const advice = after(...events, elapsed('phase'), exited, gone).replica.lastExit?.advice;
      expect(advice).toEndWith('What was met instead: status 404: The model does not exist');
    }
    expect(after(...starting, answering).replica.stage).toMatchObject({ notReadyBecause: undefined });
    expect(doneAfter(...toWarming, notYet)).toEqual([]);
  });
});
