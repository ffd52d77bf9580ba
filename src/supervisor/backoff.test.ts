import { expect, test } from 'bun:test';
import { backoffMs, jittered } from './backoff.ts';

const limits = { backoffInitialMs: 1_000, backoffMaxMs: 60_000 };

test('the first restart comes at once', () => {
  expect(backoffMs(1, limits)).toBe(0);
});

test('then the wait doubles up to its limit and stays there', () => {
  const waits = [2, 3, 4, 5, 9, 5000].map((failures) => backoffMs(failures, limits));
  expect(waits).toEqual([1000, 2000, 4000, 8000, 60_000, 60_000]);
});

test('chance shortens a wait by up to a quarter', () => {
  expect(jittered(1_000, 0)).toBe(1_000);
  expect(jittered(1_000, 0.999)).toBeCloseTo(750, 0);
});
