import { expect, test } from 'bun:test';
import { keyOf } from './key-header.ts';

test.each([
  ['as OpenAI’s clients send it', { authorization: 'Bearer k' }],
  ['whatever the case of the scheme', { authorization: 'bearer  k' }],
  ['as Anthropic’s clients send it', { 'x-api-key': 'k' }],
  ['behind a proxy’s own login', { authorization: 'Basic dTpw', 'x-api-key': 'k' }],
  ['both ways: the first counts', { authorization: 'Bearer k', 'x-api-key': 'other' }],
])('a key comes %s', (_, headers) => {
  expect(keyOf(new Headers(headers))).toBe('k');
});

test.each([
  {},
  { authorization: 'Basic dTpw' },
  { authorization: 'Bearer' },
  { authorization: 'Bearer a b' },
  { 'x-api-key': ' ' },
])('%j carries none', (headers) => {
  expect(keyOf(new Headers(Object.entries(headers)))).toBeUndefined();
});
