import { expect, test } from 'bun:test';
import {
  SETTLED_MS,
  STOP_GRACE_MS,
  stepCompanion,
  type CompanionEvent,
  type CompanionState,
  type CompanionStep,
} from './state.ts';

const spawned = { on: 'spawned', atMs: 0 } as const;
const unspawned = { on: 'unspawned' } as const;
const exited = { on: 'exited', exit: { code: 1, signal: null } } as const;
const goneAt = (atMs: number) => ({ on: 'gone', atMs }) as const;
const elapsed = { on: 'elapsed' } as const;
const stop = { on: 'stop' } as const;

/** Where a companion is after some events, and the effects of the last of them. */
function after(...events: readonly CompanionEvent[]): CompanionStep {
  let result: CompanionStep = { companion: { in: 'stopped' }, effects: [] };
  for (const event of events) result = stepCompanion(result.companion, event);
  return result;
}

const stateAfter = (...events: readonly CompanionEvent[]): CompanionState['in'] => after(...events).companion.in;

/** One life that ends soon. */
const brief = [spawned, exited, goneAt(1_000)] as const;

test('an ending is told, and what is left of the group is killed', () => {
  expect(after(spawned, exited).effects).toEqual([
    { do: 'kill_group' },
    { do: 'report_death', exit: { code: 1, signal: null } },
  ]);
});

test('the first restart comes at once, then the wait doubles up to its limit', () => {
  expect(after(...brief).effects).toEqual([{ do: 'forget_group' }, { do: 'wake', afterMs: 0 }]);
  expect(after(...brief, elapsed).effects).toEqual([{ do: 'spawn' }]);
  const again = [elapsed, ...brief] as const;
  expect(after(...brief, ...again).effects.at(-1)).toEqual({ do: 'wake', afterMs: 100 });
  expect(after(...brief, ...again, ...again).effects.at(-1)).toEqual({ do: 'wake', afterMs: 200 });
  const ten = Array.from({ length: 10 }, () => again).flat();
  expect(after(...brief, ...ten).effects.at(-1)).toEqual({ do: 'wake', afterMs: 5_000 });
});

test('one that lived for a while had no trouble starting', () => {
  const settled = [elapsed, spawned, exited, goneAt(SETTLED_MS)] as const;
  expect(after(...brief, elapsed, ...brief, ...settled).effects.at(-1)).toEqual({ do: 'wake', afterMs: 0 });
});

test('one that cannot be spawned is tried again, later and later', () => {
  expect(after(...brief, elapsed, unspawned).effects).toEqual([{ do: 'wake', afterMs: 100 }]);
  expect(after(...brief, elapsed, unspawned, elapsed, unspawned).effects).toEqual([{ do: 'wake', afterMs: 200 }]);
});

test('a stop asks the leader, kills after a grace, and is over when the group is gone', () => {
  expect(after(spawned, stop).effects).toEqual([{ do: 'terminate_leader' }, { do: 'wake', afterMs: STOP_GRACE_MS }]);
  expect(after(spawned, stop, elapsed).effects).toEqual([{ do: 'kill_group' }]);
  expect(after(spawned, stop, exited).effects).toEqual([{ do: 'kill_group' }]);
  expect(after(spawned, stop, exited, goneAt(5)).companion).toEqual({ in: 'stopped' });
  expect(after(spawned, stop, exited, goneAt(5)).effects).toEqual([{ do: 'forget_group' }, { do: 'sleep' }]);
});

test('bug: a stop in a hurry waits for no grace', () => {
  expect(after(spawned, stop, { on: 'hurry' }).effects).toEqual([{ do: 'kill_group' }]);
});

test('a stop between two lives lets none follow', () => {
  expect(after(...brief, stop).effects).toEqual([{ do: 'sleep' }]);
  expect(after(...brief, stop, elapsed).effects).toEqual([]);
  expect(stateAfter(...brief, stop, elapsed)).toBe('stopped');
});

test('a stop in the middle of an ending waits for it', () => {
  expect(stateAfter(spawned, exited, stop)).toBe('stopping');
  expect(stateAfter(spawned, exited, stop, goneAt(5))).toBe('stopped');
});
