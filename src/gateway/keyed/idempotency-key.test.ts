import { expect, test } from 'bun:test';
import { readKeyHeaders } from './idempotency-key.ts';

const read = (key: string, headers: Record<string, string> = {}) => readKeyHeaders(key, new Headers(headers));

test('any text up to 255 characters is a key', () => {
  for (const key of ['a', '"8e03978e-40d5-43dd-bc93-6894a57f9324"', 'x'.repeat(255)])
    expect(read(key)).toEqual({ ok: true, whileRunning: 'attach' });
});

test.each(['', 'x'.repeat(256)])('a key of another length is refused', (key) => {
  expect(read(key)).toMatchObject({ ok: false, error: { status: 400, error: { param: 'idempotency-key' } } });
});

test('who wants a conflict says so, in that word', () => {
  expect(read('k', { 'ssw-idempotency': 'conflict' })).toEqual({ ok: true, whileRunning: 'conflict' });
  expect(read('k', { 'ssw-idempotency': 'join' })).toMatchObject({
    ok: false,
    error: { error: { param: 'ssw-idempotency' } },
  });
});
