import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { printableRatio, repeatsIn } from './degenerate.ts';

describe('repeats', () => {
  test.each([
    ['', 0],
    ['a', 1],
    ['abc', 1],
    ['!!!!!!', 6],
    ['ha ha ha ', 3],
    ['so, so, so it is', 2],
    ['the cat the cat sat', 2],
    ['Monday\nTuesday\nWednesday', 1],
  ])('of %j: %d', (text, repeats) => {
    expect(repeatsIn(text)).toBe(repeats);
  });

  const word = fc.string({ minLength: 1, maxLength: 64 });
  test('a stretch said again and again is found, wherever it stands', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 50 }), word, fc.integer({ min: 1, max: 30 }), (before, stretch, times) => {
        expect(repeatsIn(before + stretch.repeat(times))).toBeGreaterThanOrEqual(times);
      }),
    );
  });
  test('what is found is there', () => {
    const few = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 40 });
    fc.assert(
      fc.property(few, (text) => {
        const most = repeatsIn(text);
        const has = (times: number) =>
          Array.from(text, (_, at) => at).some((at) =>
            Array.from({ length: 20 }, (_, length) => text.slice(at, at + length + 1)).some((it) =>
              text.includes(it.repeat(times), at),
            ),
          );
        if (most > 0) expect(has(most)).toBe(true);
        expect(text.length > 0 && has(most + 1)).toBe(false);
      }),
    );
  });
  test('a long text of an engine gone wild is looked at in no time', () => {
    const startedMs = performance.now();
    expect(repeatsIn('ab'.repeat(2_000_000))).toBeGreaterThan(1000);
    expect(performance.now() - startedMs).toBeLessThan(500);
  });
});

describe('what a person can read', () => {
  test.each([
    ['', 1],
    ['Grüße aus 東京 👍\n', 1],
    ['a\uFFFD', 0.5],
    ['\u0000\u0001', 0],
    ['\uE000b', 0.5],
  ])('of %j: %d', (text, ratio) => {
    expect(printableRatio(text)).toBe(ratio);
  });
});
