import { expect, test } from 'bun:test';
import { createRequestReader } from './request-reader.ts';

const post = 'POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody';

test('reads one request after another', () => {
  const reader = createRequestReader();
  expect(reader.read(Buffer.from(post))).toEqual({ path: '/v1/completions', body: 'body' });
  expect(reader.read(Buffer.from('GET /health HTTP/1.1\r\n\r\n'))).toEqual({ path: '/health', body: '' });
});

test('reads a request however its bytes are split', () => {
  for (let split = 1; split < post.length; split += 1) {
    const reader = createRequestReader();
    expect(reader.read(Buffer.from(post.slice(0, split)))).toBeUndefined();
    expect(reader.read(Buffer.from(post.slice(split)))).toEqual({ path: '/v1/completions', body: 'body' });
  }
});

test('reads a chunked request however its bytes are split', () => {
  const chunked = 'POST /v1/completions HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n';
  for (let split = 1; split < chunked.length; split += 1) {
    const reader = createRequestReader();
    expect(reader.read(Buffer.from(chunked.slice(0, split)))).toBeUndefined();
    expect(reader.read(Buffer.from(chunked.slice(split)))).toEqual({ path: '/v1/completions', body: 'body' });
  }
});

test('refuses pipelined, malformed and endless requests', () => {
  expect(() => createRequestReader().read(Buffer.from(`${post}GET`))).toThrow('pipelining');
  expect(() =>
    createRequestReader().read(Buffer.from('POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n')),
  ).toThrow('without a size');
  expect(() => createRequestReader().read(Buffer.alloc(2_000_000, 'x'))).toThrow('longer than');
});
