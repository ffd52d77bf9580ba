import { expect, test } from 'bun:test';
import { summaryOf } from './summary.ts';

test('percentiles are values that were measured: the nearest rank', () => {
  const values = Array.from({ length: 20 }, (_, index) => 20 - index);
  expect(summaryOf(values)).toEqual({ median: 10, p95: 19, max: 20 });
  expect(summaryOf([7])).toEqual({ median: 7, p95: 7, max: 7 });
});

test('a round without the value counts for nothing; no round has none', () => {
  expect(summaryOf([3, undefined, 1])).toEqual({ median: 1, p95: 3, max: 3 });
  expect(summaryOf([undefined])).toBeNull();
});
