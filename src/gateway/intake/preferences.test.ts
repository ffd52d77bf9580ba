import { expect, test } from 'bun:test';
import { readPreferences, WAIT_MS_MIN } from './preferences.ts';

const read = (headers: Record<string, string>) => {
  const result = readPreferences(new Headers(headers));
  return result.ok ? result.preferences : result.error.error;
};

test('nothing said', () => {
  expect(read({})).toEqual({ priority: 'default', maxWaitMs: undefined });
});

test('the priority by name, and only by those names', () => {
  expect(read({ 'x-ssw-priority': 'bulk' })).toMatchObject({ priority: 'bulk' });
  expect(read({ 'x-ssw-priority': 'urgent' })).toMatchObject({
    code: 'invalid_request_error',
    param: 'x-ssw-priority',
  });
});

test.each([
  ['its deadline', { 'x-ssw-deadline-ms': '1500' }, 1500],
  ["the SDK's timeout less a second", { 'x-stainless-timeout': '600' }, 599_000],
  ['the shorter of both', { 'x-ssw-deadline-ms': '1500', 'x-stainless-timeout': '2' }, 1000],
  ['never too short to be tried at all', { 'x-stainless-timeout': '1' }, WAIT_MS_MIN],
  ['an SDK timeout that is no number is not ours to refuse', { 'x-stainless-timeout': 'NOT_GIVEN' }, undefined],
])('a client waits no longer than %s', (_, headers, maxWaitMs) => {
  expect(read(headers)).toMatchObject({ maxWaitMs });
});

test.each(['', 'soon', '-1', '0', 'Infinity'])('a deadline of %j is refused', (deadline) => {
  expect(read({ 'x-ssw-deadline-ms': deadline })).toMatchObject({ param: 'x-ssw-deadline-ms' });
});
