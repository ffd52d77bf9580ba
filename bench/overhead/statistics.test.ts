import { expect, test } from 'bun:test';
import { spreadOf } from './statistics.ts';

test('median and range, of odd and even counts, in any order', () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  expect(spreadOf([4, -1, 2, 3])).toEqual({ median: 2.5, min: -1, max: 4 });
  expect(spreadOf([5])).toEqual({ median: 5, min: 5, max: 5 });
  expect(() => spreadOf([])).toThrow('no value');
});
