import { describe, expect, test } from 'bun:test';
import { createPacer, type PacedStream } from './pacer.ts';

const token = Buffer.from('t');

/** A stream of `tokens` that notes when each came. */
function listening(tokens: number, clock: { nowMs: number }): PacedStream & { readonly at: number[] } {
  const at: number[] = [];
  return {
    at,
    give() {
      at.push(clock.nowMs);
      return at.length < tokens;
    },
  };
}

describe('the pacer', () => {
  test('keeps the pace of every stream on average, whenever it began', () => {
    const clock = { nowMs: 5000.4 };
    const pacer = createPacer(30);
    const first = listening(30, clock);
    const second = listening(30, clock);
    pacer.add(first, clock.nowMs);
    for (; clock.nowMs < 6100; clock.nowMs += 1) {
      if (second.at.length === 0 && pacer.streams === 1) pacer.add(second, clock.nowMs);
      pacer.advance(clock.nowMs, () => token);
    }
    for (const { at } of [first, second]) {
      expect(at).toHaveLength(30);
      at.forEach((ms, index) => {
        const scheduledMs = 5000.4 + ((index + 1) * 1000) / 30;
        expect(ms - scheduledMs).toBeGreaterThanOrEqual(0);
        expect(ms - scheduledMs).toBeLessThanOrEqual(2);
      });
    }
    expect(pacer.streams).toBe(0);
  });

  test('gives streams in step their tokens at the same moments, whenever they began', () => {
    const clock = { nowMs: 5000.4 };
    const pacer = createPacer(30);
    const streams = [listening(30, clock), listening(30, clock), listening(30, clock)];
    for (; clock.nowMs < 6200; clock.nowMs += 1) {
      const next = streams[pacer.streams];
      if (next !== undefined && clock.nowMs > 5000 + 11 * pacer.streams && clock.nowMs < 5040) {
        pacer.add(next, clock.nowMs, true);
      }
      pacer.advance(clock.nowMs, () => token);
    }
    const moments = new Set(streams.flatMap((it) => it.at));
    for (const { at } of streams) expect(at).toHaveLength(30);
    expect(moments.size).toBeLessThanOrEqual(31);
    expect(pacer.streams).toBe(0);
  });

  test('one step stamps all its tokens once; a step without tokens makes none', () => {
    const clock = { nowMs: 0 };
    const pacer = createPacer(100);
    pacer.add(listening(1, clock), 0);
    pacer.add(listening(1, clock), 1);
    let made = 0;
    const make = () => {
      made += 1;
      return token;
    };
    pacer.advance(5, make);
    expect(made).toBe(0);
    pacer.advance(12, make);
    expect(made).toBe(1);
  });

  test('a late step catches up', () => {
    const clock = { nowMs: 0 };
    const pacer = createPacer(100);
    const stream = listening(10, clock);
    pacer.add(stream, 0);
    pacer.advance(55, () => token);
    expect(stream.at).toHaveLength(5);
  });

  test('refuses a pace that its wheel cannot hold', () => {
    expect(() => createPacer(0.5)).toThrow('between 1 and 1000');
    expect(() => createPacer(2000)).toThrow('between 1 and 1000');
  });
});
