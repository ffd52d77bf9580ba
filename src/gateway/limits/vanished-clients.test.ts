import { expect, test } from 'bun:test';
import { vanishedClientOptions } from './vanished-clients.ts';

const values = (timeoutMs: number) => vanishedClientOptions(timeoutMs).map(({ value }) => value);

test('a silent client is asked after half its time, three times, and given up at its end', () => {
  expect(values(30_000)).toEqual([1, 15, 5, 30_000]);
});

test.each([
  [1000, [1, 1, 1, 1000]],
  [100, [1, 1, 1, 100]],
  [0.5, [1, 1, 1, 1]],
  [86_400_000, [1, 32_767, 14_400, 86_400_000]],
])('the kernel takes whole seconds, from 1 to 32,767: %d ms', (timeoutMs, expected) => {
  expect(values(timeoutMs)).toEqual(expected);
});
