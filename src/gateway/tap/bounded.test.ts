import { expect, test } from 'bun:test';
import { heapStats } from 'bun:jsc';
import { chunk } from '../fixtures/scripted-engine.ts';
import { createTap } from './tap.ts';
import { aReading } from '../fixtures/reading.ts';

/** Bytes that live now, buffers outside of the heap included. */
function livingBytes(): number {
  Bun.gc(true);
  const { heapSize, extraMemorySize } = heapStats();
  return heapSize + extraMemorySize;
}

const EVENTS = 100_000;
/** What a million bytes of events may leave behind: nothing, but for the collector's own moods. */
const GROWTH_BYTES_MAX = 2_000_000;

test('nothing grows with the length of a stream', () => {
  const tap = createTap({ ...aReading, hidesUsage: true, serviceTier: 'flex' });
  const push = () => {
    for (let i = 0; i < EVENTS; i += 1) tap.push(Buffer.from(chunk(`token ${i}`)));
  };
  push();
  const before = livingBytes();
  push(); // 20 MB of events
  expect(livingBytes() - before).toBeLessThan(GROWTH_BYTES_MAX);
  expect(tap.events()).toBe(2 * EVENTS);
});
