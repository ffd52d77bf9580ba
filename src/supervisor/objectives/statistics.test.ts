import { describe, expect, test } from 'bun:test';
import { chanceOfAtLeast, ratioOf, surenessOfLarger } from './statistics.ts';

const range = (count: number, from = 1): number[] => Array.from({ length: count }, (_, at) => from + at);

describe('how surely values are larger', () => {
  test('is Mann and Whitney’s standard score where there is one stratum', () => {
    // U = 4·5 of 4·5 pairs: (20 - 10) / √(4·5·10/12)
    expect(surenessOfLarger([{ now: range(4, 100), before: range(5) }], 1)).toBeCloseTo(10 / Math.sqrt(200 / 12), 9);
  });

  test('is nothing for the same values, with or without ties', () => {
    expect(surenessOfLarger([{ now: range(9), before: range(9) }], 1)).toBeCloseTo(0, 9);
    expect(surenessOfLarger([{ now: [3, 3], before: [3, 3, 3] }], 1)).toBeCloseTo(0, 9);
  });

  test('counts from the factor on', () => {
    const pairs = [{ now: range(20, 200), before: range(20, 100) }];
    expect(surenessOfLarger(pairs, 1)).toBeGreaterThan(3);
    expect(surenessOfLarger(pairs, 4)).toBeLessThan(-3);
  });

  test('compares like with like: what only the mixture of strata shows is not seen', () => {
    const [fast, slow] = [range(20, 10), range(20, 1_000)];
    const strata = [
      { now: slow, before: slow },
      { now: fast.slice(0, 2), before: fast },
    ];
    expect(Math.abs(surenessOfLarger(strata, 1))).toBeLessThan(3);
  });

  test('a few odd values count no more than others', () => {
    const before = range(40);
    expect(surenessOfLarger([{ now: [...range(18), 1e9, 1e9], before }], 1.5)).toBeLessThan(0);
  });

  test('nothing is sure of nothing', () => {
    expect(surenessOfLarger([], 1)).toBe(0);
    expect(surenessOfLarger([{ now: [1], before: [] }], 1)).toBe(0);
  });
});

test('the ratio is the one that most of the new values are in', () => {
  const pairs = [
    { now: range(9, 300), before: range(9, 100) },
    { now: [1], before: [100] },
  ];
  expect(ratioOf(pairs)).toBeCloseTo(304 / 104, 9);
  expect(ratioOf([])).toBe(1);
});

describe('the chance of so many hits', () => {
  test.each([
    [0, 10, 0.5, 1],
    [10, 10, 0.5, 1 / 1024],
    [9, 10, 0.5, 11 / 1024],
    [3, 3, 0.05, 0.000125],
    [1, 20, 0, 0],
    [20, 20, 1, 1],
  ])('%d of %d at %d', (hits, tries, probability, chance) => {
    expect(chanceOfAtLeast(hits, tries, probability)).toBeCloseTo(chance, 12);
  });

  test('is a number for a great many', () => {
    expect(chanceOfAtLeast(600, 10_000, 0.05)).toBeLessThan(1e-4);
    expect(chanceOfAtLeast(500, 10_000, 0.05)).toBeCloseTo(0.51, 1);
  });
});
