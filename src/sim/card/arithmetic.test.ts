import { describe, expect, test } from 'bun:test';
import { availableKvBytes, checkKvBytes, requestMemory } from './arithmetic.ts';
import { GIB, MIB } from './bytes.ts';

const totalBytes = 46_068 * MIB;
const profile = { requestedBytes: 20 * GIB, transientPeakBytes: GIB, graphsBytes: GIB };

describe('admission', () => {
  test('asks for a share of the whole card, whatever is free', () => {
    expect(requestMemory({ freeBytes: totalBytes, totalBytes }, 0.5, 0)).toEqual({ ok: true, bytes: totalBytes / 2 });
  });
  test('is refused for want of one byte', () => {
    expect(requestMemory({ freeBytes: totalBytes / 2, totalBytes }, 0.5, 0)).toMatchObject({ ok: true });
    expect(requestMemory({ freeBytes: totalBytes / 2 - 1, totalBytes }, 0.5, 0)).toMatchObject({ ok: false });
  });
  test('says the numbers as vLLM does', () => {
    expect(requestMemory({ freeBytes: 19.7 * GIB, totalBytes }, 0.52, 1)).toEqual({
      ok: false,
      says: 'ValueError: Free memory on device cuda:1 (19.7/44.99 GiB) on startup is less than desired GPU memory utilization (0.52, 23.39 GiB). Decrease GPU memory utilization or reduce GPU memory used by other processes.',
    });
  });
});

describe('the KV cache gets what was requested', () => {
  const after = (freeGib: number) =>
    availableKvBytes({ freeBytes: 40 * GIB, totalBytes }, { freeBytes: freeGib * GIB, totalBytes }, profile);

  test('less what the card lost meanwhile, the peak and the graphs', () => {
    expect(after(30)).toEqual({ ok: true, bytes: 8 * GIB });
  });
  test('where a neighbour took 5 GiB meanwhile, 5 GiB less; it may be less than nothing', () => {
    expect([after(25), after(20)]).toEqual([
      { ok: true, bytes: 3 * GIB },
      { ok: true, bytes: -2 * GIB },
    ]);
  });
  test('where a neighbour gave some back, too much, and nobody says so', () => {
    expect(after(35)).toEqual({ ok: true, bytes: 13 * GIB });
  });
  test('where it gave back more than this engine took, an assertion', () => {
    expect(after(41)).toMatchObject({
      ok: false,
      says: expect.stringMatching(
        /^AssertionError: Error in memory profiling\. Initial free memory 40\.0 GiB, current/,
      ),
    });
  });
});

describe('the KV cache must hold one request of the longest length', () => {
  test.each([
    [0, 'ValueError: No available memory for the cache blocks.'],
    [
      GIB,
      "ValueError: To serve at least one request with the model's max seq len (16384), (3.0 GiB KV cache is needed",
    ],
  ])('%d bytes do not', (bytes, words) => {
    expect(checkKvBytes(bytes, 16_384, 192 * 1024)).toMatchObject({ ok: false, says: expect.stringContaining(words) });
  });
  test('its exact size does', () => {
    expect(checkKvBytes(3 * GIB, 16_384, 192 * 1024)).toEqual({ ok: true, bytes: 3 * GIB });
  });
});
