import { describe, expect, test } from 'bun:test';
import { createPace, etaMs, moved, perSecond, retryAfterMs, type Pace } from './pace.ts';

/** Somebody waits all the time; every `everyMs` so many are served, `times` times. */
function flow(
  moves: number,
  everyMs: number,
  times: number,
  from: Pace = moved(createPace(), { served: 0, depth: 9 }, 0),
) {
  let pace = from;
  for (let turn = 0; turn < times; turn += 1) {
    pace = moved(pace, { served: (pace.served ?? 0) + moves, depth: 9 }, pace.atMs + everyMs);
  }
  return pace;
}

test('says nothing before it has seen the line move for a while', () => {
  expect(etaMs(createPace(), 3)).toBeUndefined();
  expect(etaMs(flow(1, 100, 4), 3)).toBeUndefined();
  expect(etaMs(flow(0, 100, 40), 3)).toBeUndefined();
});

test.each([
  [1, 100, 10],
  [50, 20, 2500],
  [1, 4000, 0.25],
])('%i served every %i ms are %p a second', (moves, everyMs, rate) => {
  const pace = flow(moves, everyMs, 200);
  expect(perSecond(pace)).toBeCloseTo(rate, 5);
  expect(etaMs(pace, 7)).toBe(Math.round(7000 / rate));
});

test('follows a change within half a minute', () => {
  const faster = flow(4, 100, 300, flow(1, 100, 1000));
  expect(perSecond(faster)).toBeWithin(37, 41);
});

test('a slow line with beats in between keeps its pace from one ticket to the next', () => {
  let pace = flow(1, 30_000, 20);
  for (let beat = 0; beat < 14; beat += 1) pace = flow(0, 2000, 1, pace);
  expect(perSecond(pace)).toBeWithin(1 / 45, 1 / 28);
});

test('tickets of several commits within one millisecond are all counted', () => {
  let pace = moved(createPace(), { served: 0, depth: 9 }, 0);
  for (let served = 1; served <= 3000; served += 1) pace = moved(pace, { served, depth: 9 }, Math.ceil(served / 3));
  expect(perSecond(pace)).toBeWithin(2990, 3010);
});

test('what is served while nobody waits says nothing', () => {
  let pace = flow(10, 100, 300);
  for (let second = 1; second < 60; second += 1)
    pace = moved(pace, { served: pace.served ?? 0, depth: 0 }, pace.atMs + 1000);
  expect(perSecond(pace)).toBeCloseTo(100);
});

test('a count that begins anew is no move', () => {
  const before = flow(1, 100, 100);
  const anew = moved(before, { served: 0, depth: 9 }, before.atMs + 100);
  expect(perSecond(anew)).toBe(perSecond(before));
  expect(perSecond(flow(1, 100, 100, anew))).toBeCloseTo(10);
});

describe('who may come again', () => {
  test('comes when those in line are gone', () => {
    expect(retryAfterMs(flow(1, 100, 100), 200)).toBeWithin(19_990, 20_010);
  });

  test('but neither at once nor after more than a minute', () => {
    expect(retryAfterMs(flow(1, 100, 100), 1)).toBe(1000);
    expect(retryAfterMs(flow(1, 100, 100), 1e6)).toBe(60_000);
  });

  test('after five seconds where nothing is known, and a minute where nothing moves', () => {
    expect(retryAfterMs(createPace(), 100)).toBe(5000);
    expect(retryAfterMs(flow(0, 1000, 10), 100)).toBe(60_000);
  });
});
