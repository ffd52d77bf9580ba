import { describe, expect, test } from 'bun:test';
import { ONE_PIECE_BYTES_MAX } from './limits.ts';
import { requestBytes, type RequestParts } from './request-bytes.ts';

const post: RequestParts = {
  method: 'POST',
  path: '/v1/completions',
  host: 'localhost',
  headers: {},
  body: '{}',
  last: false,
};
const textOf = (parts: Partial<RequestParts>) => Buffer.concat(requestBytes({ ...post, ...parts })).toString('latin1');

test('a request is its line, host, headers, length and body', () => {
  expect(textOf({ headers: { 'x-request-id': 'r1' }, body: '{"a":1}' })).toBe(
    'POST /v1/completions HTTP/1.1\r\nhost: localhost\r\nx-request-id: r1\r\ncontent-length: 7\r\n\r\n{"a":1}',
  );
});

test('one without a body has no length; the last one of its connection says so', () => {
  expect(textOf({ method: 'GET', path: '/health', body: undefined, last: true })).toBe(
    'GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n',
  );
});

test('an empty body has a length', () => {
  expect(textOf({ body: '' })).toEndWith('content-length: 0\r\n\r\n');
});

test.each([['é'], [Buffer.from('é')]])('the length of %p is of its bytes', (body) => {
  expect(textOf({ body })).toEndWith('content-length: 2\r\n\r\n\xc3\xa9');
});

test('a value goes out as Latin-1, which is how it was read', () => {
  expect(textOf({ headers: { x: '\xe9' } })).toContain('x: \xe9\r\n');
});

describe.each(['x'.repeat(ONE_PIECE_BYTES_MAX), Buffer.alloc(ONE_PIECE_BYTES_MAX, 'x')])('a long body', (body) => {
  test('is not copied together with its head', () => {
    const [head, rest, ...more] = requestBytes({ ...post, body });
    expect(Buffer.from(head ?? []).toString()).toEndWith(`content-length: ${body.length}\r\n\r\n`);
    expect(rest?.byteLength).toBe(ONE_PIECE_BYTES_MAX);
    expect(more).toEqual([]);
  });
});

test.each(['Connection', 'content-length', 'Host', 'TE', 'Trailer', 'transfer-encoding', 'Upgrade', 'expect'])(
  'a caller does not frame the message: %s is left out',
  (name) => {
    expect(textOf({ headers: { [name]: 'evil' } })).toBe(textOf({}));
  },
);

test.each([{ 'x\r\n': 'a' }, { 'x y': 'a' }, { '': 'a' }, { x: 'a\r\nb' }, { x: 'a\nb' }, { x: 'a\0' }, { x: '☃' }])(
  'the header %p cannot be written',
  (headers: Record<string, string>) => expect(() => requestBytes({ ...post, headers })).toThrow(TypeError),
);

test.each(['', 'v1', '/a b', '/a\r\nx: y', '/é'])('the path %p cannot be written', (path) => {
  expect(() => requestBytes({ ...post, path })).toThrow(TypeError);
});
