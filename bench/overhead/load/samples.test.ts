import { expect, test } from 'bun:test';
import { array, assert, double, property } from 'fast-check';
import { createSamples, percentile } from './samples.ts';

test('nearest-rank percentiles', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  expect(percentile(hundred, 0.5)).toBe(50);
  expect(percentile(hundred, 0.99)).toBe(99);
  expect(percentile(hundred, 1)).toBe(100);
  expect(percentile([7], 0.5)).toBe(7);
  expect(percentile([7], 0)).toBe(7);
  expect(() => percentile([], 0.5)).toThrow('no sample');
});

test('samples beyond the first allocation are all counted, in any order', () => {
  const samples = createSamples();
  for (let ms = 200_000; ms >= 1; ms -= 1) samples.add(ms);
  expect(samples.count).toBe(200_000);
  expect(samples.percentiles()).toEqual({ p50Ms: 100_000, p99Ms: 198_000 });
});

test('a percentile is a sample that its share of all does not exceed', () => {
  const values = array(double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 });
  const check = property(values, double({ min: 0.001, max: 1, noNaN: true }), (unsorted, fraction) => {
    const sorted = unsorted.toSorted((a, b) => a - b);
    const value = percentile(sorted, fraction);
    const within = sorted.filter((it) => it <= value).length;
    const below = sorted.filter((it) => it < value).length;
    return within >= fraction * sorted.length && below < Math.max(1, fraction * sorted.length);
  });
  assert(check);
});
