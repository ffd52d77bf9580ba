import { expect, test } from 'bun:test';
import { parseEnd } from './keys-commands.ts';

test.each([
  ['12h', 43_200_000],
  ['30d', 2_592_000_000],
  ['1970-01-02', 86_400_000],
  ['1970-01-01T00:00:01Z', 1000],
])('%s is an end', (text, unixMs) => {
  expect(parseEnd(text, undefined, 0)).toBe(unixMs);
});

test.each(['soon', '', '-1d', '1m', '1970-01-01T00:00:00Z', '0d'])('%j is none', (text) => {
  expect(() => parseEnd(text, undefined, 0)).toThrow();
});
