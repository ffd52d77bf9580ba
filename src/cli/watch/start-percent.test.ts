import { describe, expect, test } from 'bun:test';
import { START_PHASES } from '../../engine/index.ts';
import { formatBar, startPercent } from './start-percent.ts';

const at = (phase: string, done?: number, total = 10) =>
  startPercent({ state: 'starting', phase, progress: done === undefined ? null : { done, total } });

describe('how far a start is', () => {
  test('grows from phase to phase, each of them known', () => {
    const shares = START_PHASES.map((it) => at(it) ?? 0);
    expect(shares).toEqual(shares.toSorted((one, other) => one - other));
    expect(new Set([0, ...shares]).size).toBe(START_PHASES.length + 1);
  });
  test('grows within a phase that tells of its progress, up to the next one', () => {
    expect([at('loading', 0), at('loading', 5), at('loading', 10)]).toEqual([30, 45, 60]);
    expect(at('loading', 20)).toBe(60);
    expect(at('loading', 3, 0)).toBe(30);
  });
  test('ends with the warm-up; what does not start has none', () => {
    expect(startPercent({ state: 'warming', phase: null, progress: null })).toBe(96);
    for (const state of ['ready', 'failed', 'backoff', 'waiting_for_card'])
      expect(startPercent({ state, phase: null, progress: null })).toBeUndefined();
  });
});

test('a bar is as full as it says', () => {
  expect([formatBar(0, 4), formatBar(48, 4), formatBar(100, 4)]).toEqual(['░░░░   0%', '██░░  48%', '████ 100%']);
});
