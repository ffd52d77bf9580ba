import { expect, test } from 'bun:test';
import { judge, type Evidence } from './verdict.ts';

const limits = { intervalMs: 1000, timeoutMs: 5000, deadAfterMs: 15_000, stallAfterMs: 30_000 };
const fine: Evidence = { health: 'ok', repeats: 1, failingForMs: 0, silentForMs: 0, inFlight: 0, stuckForMs: 0 };
const failing = (health: Evidence['health'], failingForMs: number): Evidence => ({
  ...fine,
  health,
  repeats: 1 + failingForMs / 1000,
  failingForMs,
  silentForMs: failingForMs,
});

test('an engine that answers is ok, idle or at work', () => {
  expect(judge(fine, limits)).toEqual({ is: 'ok' });
  expect(judge({ ...fine, inFlight: 5, stuckForMs: 29_999 }, limits)).toEqual({ is: 'ok' });
});

test('a frozen engine that says 200 is stalled once it owes tokens for too long', () => {
  expect(judge({ ...fine, inFlight: 3, stuckForMs: 30_000 }, limits)).toEqual({ is: 'stalled', forMs: 30_000 });
});

test('an idle engine owes nothing', () => {
  expect(judge({ ...fine, stuckForMs: 90_000 }, limits)).toEqual({ is: 'ok' });
});

test('an engine that answers late while something of it is heard is busy, however long it lasts', () => {
  const evidence = { ...failing('timed_out', 3_600_000), inFlight: 64, silentForMs: 29_999 };
  expect(judge(evidence, limits)).toEqual({ is: 'busy' });
});

test('an engine of which nothing at all is heard is dead, at work or idle', () => {
  expect(judge({ ...failing('timed_out', 30_000), inFlight: 64 }, limits)).toEqual({
    is: 'dead',
    because: 'timed_out',
  });
  expect(judge(failing('timed_out', 15_000), limits)).toEqual({ is: 'dead', because: 'timed_out' });
});

test.each(['refused', 'reset'] as const)('%s is believed after dead_after_s, not before', (health) => {
  expect(judge(failing(health, 14_999), limits)).toEqual({ is: 'ok' });
  expect(judge(failing(health, 15_000), limits)).toEqual({ is: 'dead', because: health });
});

test('503 is vLLM saying itself that its core is dead: twice is enough', () => {
  expect(judge({ ...fine, health: 'unavailable', repeats: 1 }, limits)).toEqual({ is: 'ok' });
  expect(judge({ ...fine, health: 'unavailable', repeats: 2, failingForMs: 100 }, limits)).toEqual({
    is: 'dead',
    because: 'unavailable',
  });
});
