import { expect, test } from 'bun:test';
import { endpointOf } from './external.ts';

test.each([
  ['http://127.0.0.1:18001', '127.0.0.1', 18_001],
  ['http://127.0.0.1:18001/', '127.0.0.1', 18_001],
  ['http://gpu-2.lan:8000', 'gpu-2.lan', 8000],
  ['http://gpu-2.lan', 'gpu-2.lan', 80],
  ['http://[::1]:8000', '::1', 8000],
])('%s', (url, host, port) => {
  expect(endpointOf(url)).toEqual({ kind: 'tcp', host, port });
});

test.each([
  ['https://gpu-2.lan:8000', 'the url of an engine at gpu-2.lan:8000 is https, which is not spoken to engines'],
  ['unix:///run/vllm.sock', 'not http://'],
  ['http://user:secret@gpu-2.lan:8000', 'holds a user or password'],
  ['http://gpu-2.lan:8000/v1', 'has the path /v1; engines are asked at /v1: write http://HOST:PORT alone'],
  ['http://gpu-2.lan:8000/?a=1', 'has a query or fragment'],
  ['gpu-2.lan:8000', 'http://HOST:PORT'],
  ['', 'http://HOST:PORT'],
])('%s is refused', (url, message) => {
  expect(() => endpointOf(url)).toThrow(message);
});

test('a password is not repeated', () => {
  expect(() => endpointOf('http://user:secret@gpu-2.lan:8000')).not.toThrow('secret');
});
