import { expect, test } from 'bun:test';
import { checkMediaType } from './media-type.ts';

const check = (headers: Record<string, string>) => checkMediaType(new Headers(headers));

test.each(['application/json', 'Application/JSON; charset=utf-8', 'application/vnd.api+json', undefined])(
  '%p is taken',
  (type) => {
    expect(check(type === undefined ? {} : { 'content-type': type })).toBeUndefined();
  },
);

test.each([
  'text/plain;charset=UTF-8',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'application/jsonl',
  '',
])('%p is refused', (type) => {
  expect(check({ 'content-type': type })).toMatchObject({ status: 415, error: { code: 'unsupported_media_type' } });
});

test('a compressed body is refused', () => {
  expect(check({ 'content-encoding': 'gzip' })).toMatchObject({ status: 415, error: { param: 'content-encoding' } });
  expect(check({ 'content-encoding': 'identity' })).toBeUndefined();
});
