import { describe, expect, test } from 'bun:test';
import { createResponseReader } from './response-reader.ts';

const sized = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const empty = 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n';
const chunked =
  'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\ntrailer: 1\r\n\r\n';

/** Reads the parts and tells what came. */
function read(...parts: string[]): string[] {
  const seen: string[] = [];
  let body = '';
  const reader = createResponseReader({
    head: (status) => seen.push(`${status}`),
    body: (text) => (body += text),
    end: () => {
      seen.push(body);
      body = '';
    },
  });
  for (const part of parts) reader.read(part);
  return seen;
}

describe('the response reader', () => {
  test('reads sized, empty and chunked answers, one after another', () => {
    expect(read(sized, empty, chunked, sized)).toEqual(['200', 'hello', '503', '', '200', 'hello', '200', 'hello']);
  });

  test.each([sized, chunked])('reads an answer however its bytes are split: %j', (answer) => {
    for (let a = 1; a < answer.length; a += 1) {
      for (let b = a; b < answer.length; b += 1) {
        expect(read(answer.slice(0, a), answer.slice(a, b), answer.slice(b))).toEqual(['200', 'hello']);
      }
    }
  });

  test('an answer that breaks off does not end', () => {
    expect(read(sized.slice(0, -1))).toEqual(['200']);
    expect(read(chunked.slice(0, -2))).toEqual(['200']);
  });

  test('refuses what is no answer', () => {
    expect(() => read('SSH-2.0-OpenSSH\r\n\r\n')).toThrow('content-length');
    expect(() => read('HTTP/1.1 200 OK\r\n\r\n')).toThrow('content-length');
    expect(() => read('HTTP/2 200 OK\r\ncontent-length: 0\r\n\r\n')).toThrow('status line');
    expect(() => read('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n')).toThrow('chunk size');
    expect(() => read('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n')).toThrow(
      'longer than its size',
    );
    expect(() => read(`${sized}!`)).toThrow('after the end');
    expect(() => read('x'.repeat(70_000))).toThrow('no end of line');
  });
});
