import { describe, expect, test } from 'bun:test';
import type { EngineLoad } from '../queue.ts';
import { createTarget, steer, type Target } from './target.ts';

const SILENT: EngineLoad = { waiting: undefined, preemptions: undefined, kvUsage: undefined };
const HUNGRY: EngineLoad = { waiting: 0, preemptions: 0, kvUsage: 0.5 };
const CROWDED: EngineLoad = { waiting: 3, preemptions: 0, kvUsage: 1 };

/** A second apart each, with something in line. */
const after = (loads: readonly EngineLoad[], from: Target = createTarget(), lineIsEmpty = false): Target =>
  loads.reduce((target, load) => steer(target, load, { lineIsEmpty }, Math.max(target.lookedAtMs, 0) + 1000), from);
const times = (count: number, load: EngineLoad) => Array.from({ length: count }, () => load);

test('begins with the whole cache', () => {
  expect(createTarget().share).toBe(1);
});

describe('falls by a twentieth', () => {
  test('when more than two wait in the engine twice in a row', () => {
    expect(after([CROWDED]).share).toBe(1);
    expect(after([CROWDED, CROWDED]).share).toBeCloseTo(0.95);
    expect(after([CROWDED, HUNGRY, CROWDED]).share).toBeCloseTo(1.02);
    expect(after(times(9, { ...CROWDED, waiting: 2 })).share).toBe(1);
  });

  test('when it preempted since the last look, but not for what was before the first', () => {
    expect(after([{ ...CROWDED, waiting: 0, preemptions: 7 }]).share).toBe(1);
    const preempted = after([HUNGRY, { ...HUNGRY, preemptions: 1 }], createTarget(), true);
    expect(preempted.share).toBeCloseTo(0.95);
    expect(after([{ ...HUNGRY, preemptions: 1 }], preempted, true).share).toBeCloseTo(0.95);
  });

  test('and never below 0.7', () => {
    expect(after(times(100, CROWDED)).share).toBe(0.7);
  });
});

describe('rises by a fiftieth', () => {
  test('when nothing waits in the engine, its cache is not full, and something is in line', () => {
    expect(after([HUNGRY]).share).toBeCloseTo(1.02);
    expect(after([{ ...HUNGRY, waiting: 1 }]).share).toBe(1);
    expect(after([{ ...HUNGRY, kvUsage: 0.85 }]).share).toBe(1);
    expect(after([HUNGRY], createTarget(), true).share).toBe(1);
  });

  test('and never above 1.1', () => {
    expect(after(times(100, HUNGRY)).share).toBe(1.1);
  });
});

test('stays where nothing is told', () => {
  expect(after(times(10, SILENT)).share).toBe(1);
  expect(after(times(10, { ...HUNGRY, kvUsage: undefined })).share).toBe(1);
  const high = after([{ ...HUNGRY, preemptions: 5 }, SILENT], createTarget(), true);
  expect(after([{ ...HUNGRY, preemptions: 6 }], high, true).share).toBeCloseTo(0.95);
});

test('an engine that counts from zero again has not preempted', () => {
  expect(after([{ ...HUNGRY, preemptions: 50 }, HUNGRY], createTarget(), true).share).toBe(1);
});

test('moves once a second at most, and forgets no preemption for it', () => {
  let target = steer(createTarget(), HUNGRY, { lineIsEmpty: true }, 0);
  for (let ms = 100; ms <= 800; ms += 100)
    target = steer(target, { ...CROWDED, preemptions: 1 }, { lineIsEmpty: false }, ms);
  expect(target.share).toBe(1);
  expect(steer(target, { ...HUNGRY, preemptions: 1 }, { lineIsEmpty: false }, 1000).share).toBeCloseTo(0.95);
});
