import { expect, test } from 'bun:test';
import { formatDuration } from './duration.ts';

test.each([
  [0, '0s'],
  [-5, '0s'],
  [0.2, '1ms'],
  [12, '12ms'],
  [999.1, '1s'],
  [1500, '1.5s'],
  [59_001, '59.001s'],
  [60_000, '1m0s'],
  [361_500, '6m1.5s'],
  [3_600_000, '1h0m0s'],
  [3_726_007, '1h2m6.007s'],
])('%d ms are %s, as Go writes them', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
