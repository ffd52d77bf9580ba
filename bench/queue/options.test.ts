import { expect, test } from 'bun:test';
import { parseOptions } from './options.ts';

test('from an empty line to a million in 10,000 tenants, unless told otherwise', () => {
  const { points, rounds, windowMs } = parseOptions([]);
  expect({ rounds, windowMs }).toEqual({ rounds: 3, windowMs: 3000 });
  expect(points[0]).toEqual({ waiting: 0, tenants: 64 });
  expect(points.at(-1)).toEqual({ waiting: 999_000, tenants: 10_000 });
});

test('a smoke run is short, and takes points of its own', () => {
  const { points, idleRequests } = parseOptions(['--smoke', '--points', '10:2']);
  expect(points).toEqual([{ waiting: 10, tenants: 2 }]);
  expect(idleRequests).toBeLessThan(parseOptions([]).idleRequests);
});

test.each([
  [['--points', '10']],
  [['--points', '10:0']],
  [['--points', '1000001:1']],
  [['--points', '-1:1']],
  [['--points', '1:1,']],
  [['--rounds', '0']],
  [['--window-s', 'x']],
])('%p is refused', (argv) => {
  expect(() => parseOptions(argv)).toThrow();
});
