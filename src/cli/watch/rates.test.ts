import { describe, expect, test } from 'bun:test';
import type { PoolReport } from '../../control/index.ts';
import { formatRate, keepSamples, ratesOf, type Sample } from './rates.ts';

const pool = (requests: number): PoolReport => ({
  name: 'heavy',
  model: 'm',
  aliases: [],
  replicas: 1,
  ready: 1,
  remote_replicas: 0,
  waiting: 0,
  oldest_wait_ms: 0,
  totals: { requests, prompt_tokens: requests * 10, completion_tokens: requests * 100 },
});
const sample = (atMs: number, requests: number, started_at = 'a'): Sample => ({
  atMs,
  report: { started_at, pools: [pool(requests)] },
});
const kept = (...all: Sample[]) => all.reduce<readonly Sample[]>(keepSamples, []);

describe('rates', () => {
  test('are what came between the first and the last report of ten seconds', () => {
    const samples = kept(sample(0, 1000), sample(5_000, 1000), sample(15_000, 1020));
    expect(samples.map((it) => it.atMs)).toEqual([5_000, 15_000]);
    expect(ratesOf('heavy', samples)).toEqual({ requests: 2, promptTokens: 20, completionTokens: 200 });
  });
  test('begin anew with another life of the node, whose counts begin at 0', () => {
    expect(ratesOf('heavy', kept(sample(0, 1000), sample(1_000, 3, 'b')))).toBeUndefined();
  });
  test('are not told of a pool that has just come', () => {
    expect(ratesOf('light', kept(sample(0, 0), sample(1_000, 1)))).toBeUndefined();
  });
});

test.each([
  [0, '0'],
  [0.04, '0'],
  [0.44, '0.4'],
  [9.96, '10'],
  [999.4, '999'],
  [3_449, '3.4k'],
  [12_600, '13k'],
])('%d per second is %s', (rate, text) => {
  expect(formatRate(rate)).toBe(text);
});
