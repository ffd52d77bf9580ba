import { expect, test } from 'bun:test';
import { backoffMs } from './backoff.ts';
import { policy } from './policy.fixture.ts';

test('the first restart comes at once', () => {
  expect(backoffMs(1, policy, 0)).toBe(0);
});

test('then the wait doubles up to its limit and stays there', () => {
  const waits = [2, 3, 4, 5, 9, 5000].map((failures) => backoffMs(failures, policy, 0));
  expect(waits).toEqual([1000, 2000, 4000, 8000, 60_000, 60_000]);
});

test('chance shortens a wait by up to a quarter', () => {
  expect(backoffMs(2, policy, 0.999)).toBeCloseTo(750, 0);
});
