import { expect, test } from 'bun:test';
import { fingerprintOf } from './fingerprint.ts';

const of = (pool: string, path: string, body: string) => fingerprintOf(pool, path, body)();

test('the same request has the same fingerprint, whenever and however it comes', () => {
  expect(of('heavy', '/v1/completions', '{}')).toBe(of('heavy', '/v1/completions', '{}'));
  expect(fingerprintOf('heavy', '/v1/completions', Buffer.from('{}'))()).toBe(of('heavy', '/v1/completions', '{}'));
  expect(of('heavy', '/v1/completions', '{}')).toMatch(/^[0-9a-f]{32}$/);
});

test('another pool, path or body has another', () => {
  const all = [
    of('heavy', '/v1/completions', '{}'),
    of('light', '/v1/completions', '{}'),
    of('heavy', '/v1/chat/completions', '{}'),
    of('heavy', '/v1/completions', '{ }'),
  ];
  expect(new Set(all).size).toBe(all.length);
});
