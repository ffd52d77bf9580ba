import { expect, test } from 'bun:test';
import { parseOptions } from './plan.ts';

test('without flags: 1, 32 and 256 connections, 64 and 1,024 streams, in several rounds', () => {
  const { plan, json } = parseOptions([]);
  expect(plan.points.map((it) => `${it.concurrency} ${it.kind}`)).toEqual([
    '1 requests',
    '32 requests',
    '256 requests',
    '64 streams',
    '1024 streams',
  ]);
  expect(plan.rounds).toBeGreaterThan(1);
  expect(json).toBeUndefined();
});

test('smoke is over in a moment, and flags go on top of it', () => {
  const { plan, json, binary } = parseOptions(['--smoke', '--window-s', '0.5', '--json', 'a.json', '--binary', 'b']);
  expect(plan).toMatchObject({ rounds: 1, windowMs: 500 });
  expect({ json, binary }).toEqual({ json: 'a.json', binary: 'b' });
});

test('refuses what it cannot make sense of', () => {
  const refused = ['--rounds 0', '--rounds 1.5', '--rounds x', '--window-s -1', '--window-s 5000', '--smok', 'x'];
  for (const line of refused) expect(() => parseOptions(line.split(' '))).toThrow();
});
