import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { aboveStep, holdersOf, largestAdmitted, largestNow, lessBy } from './card-memory.ts';
import { exitOf } from './evidence.fixture.ts';

const GIB = 2 ** 30;
const bytes = fc.integer({ min: 1, max: 192 * GIB });

/** vllm/v1/worker/utils.py, `request_memory`. */
const admits = (freeBytes: number, totalBytes: number, utilization: number) =>
  freeBytes >= Math.ceil(totalBytes * utilization);

/** As vLLM writes bytes into its message. */
const logged = (it: number) => Number((it / GIB).toFixed(2));

test('the advised utilisation passes admission, and a step more would hardly', () => {
  const card = fc.tuple(bytes, bytes).map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const);
  fc.assert(
    fc.property(card, ([free, total]) => {
      fc.pre(total > GIB);
      const advised = largestAdmitted(logged(free), logged(total));
      if (advised !== undefined) expect(admits(free, total, advised)).toBe(true);
      if (advised !== 1) expect(admits(free, total, (advised ?? 0) + 0.03)).toBe(false);
    }),
  );
});

test.each([
  [19.69, 44.43, 0.44],
  [0.3, 44.43, undefined],
  [44.43, 44.43, 0.99],
  [0.5, 0.5, 0.98],
])('%p of %p GiB free', (free, total, advised) => {
  expect(largestAdmitted(free, total)).toBe(advised);
});

test('steps do not slip by a rounding of binary fractions', () => {
  for (let hundredths = 1; hundredths <= 100; hundredths += 1) {
    expect(largestNow({ totalMiB: 100, freeMiB: hundredths, holders: [] })).toBe(hundredths / 100);
    expect(aboveStep((hundredths - 1) / 100)).toBe(hundredths / 100);
  }
});

test('a utilisation less what was lacking', () => {
  expect(lessBy(0.52, 0.25, 44.43)).toBe(0.51);
  expect(lessBy(0.01, 1, 44.43)).toBeUndefined();
});

test('the largest holders are named, and how many more there are', () => {
  const holders = [100, 400, undefined, 300, 200].map((usedMiB, index) => ({ pid: index, name: 'python', usedMiB }));
  const exit = exitOf({ card: { totalMiB: 1000, freeMiB: 0, holders } });
  expect(holdersOf(exit)).toBe(
    '0.4 GiB held by pid 1 python, 0.3 GiB held by pid 3 python, 0.2 GiB held by pid 4 python, 2 more',
  );
  expect(holdersOf(exitOf({ card: 'lost' }))).toBe('');
});
