import { HEADER_BYTES_MAX } from '../settings.ts';

/**
 * Requests that two servers in a row might read differently, and bytes that are none. `answers` is what may come: the
 * statuses of all answers on the connection, which is closed after a refusal. What must never come is an answer to the
 * request within (`/smuggled` is 404, so a second 404 would be one).
 */
export interface Oddity {
  readonly name: string;
  readonly bytes: string;
  readonly answers: readonly number[];
}

const WITHIN = 'GET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n';
/** An open endpoint: who is refused here is so for the request's form. */
const get = (rest: string) => `GET /health HTTP/1.1\r\n${rest}`;
const postTo = (headers: string, body: string) => `POST /health HTTP/1.1\r\nhost: a\r\n${headers}\r\n${body}`;
const chunked = (body: string) => postTo('transfer-encoding: chunked\r\n', body);

/** Told where the request ends in two ways, or in a way that some read otherwise. */
const lengths: readonly Oddity[] = [
  {
    name: 'length and chunks',
    bytes: postTo('content-length: 5\r\ntransfer-encoding: chunked\r\n', `0\r\n\r\n${WITHIN}`),
    answers: [400],
  },
  {
    name: 'chunks and length',
    bytes: postTo('transfer-encoding: chunked\r\ncontent-length: 5\r\n', `0\r\n\r\n${WITHIN}`),
    answers: [400],
  },
  { name: 'two lengths', bytes: postTo('content-length: 0\r\ncontent-length: 38\r\n', WITHIN), answers: [400] },
  { name: 'a list of lengths', bytes: postTo('content-length: 0, 38\r\n', WITHIN), answers: [400] },
  { name: 'a length with a sign', bytes: postTo('content-length: +0\r\n', WITHIN), answers: [400] },
  { name: 'a negative length', bytes: postTo('content-length: -1\r\n', WITHIN), answers: [400] },
  { name: 'a length in hex', bytes: postTo('content-length: 0x0\r\n', WITHIN), answers: [400] },
  { name: 'no length in the field', bytes: postTo('content-length:\r\n', WITHIN), answers: [400] },
  { name: 'two numbers for a length', bytes: postTo('content-length: 0 38\r\n', WITHIN), answers: [400] },
  {
    name: 'a length beyond 64 bits',
    bytes: postTo('content-length: 18446744073709551616\r\n', WITHIN),
    answers: [400],
  },
  {
    name: 'an encoding nobody knows',
    bytes: postTo('transfer-encoding: xchunked\r\n', `0\r\n\r\n${WITHIN}`),
    answers: [400],
  },
  {
    name: 'chunks within gzip',
    bytes: postTo('transfer-encoding: chunked, gzip\r\n', `0\r\n\r\n${WITHIN}`),
    answers: [400],
  },
  {
    name: 'two encodings',
    bytes: postTo('transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n', `0\r\n\r\n${WITHIN}`),
    answers: [400],
  },
  {
    name: 'a space before the colon',
    bytes: postTo('transfer-encoding : chunked\r\n', `0\r\n\r\n${WITHIN}`),
    answers: [400],
  },
  {
    name: 'a vertical tab before the value',
    bytes: postTo('transfer-encoding: \x0bchunked\r\n', `0\r\n\r\n${WITHIN}`),
    answers: [400],
  },
  {
    name: 'a folded encoding',
    bytes: postTo('transfer-encoding:\r\n chunked\r\n', `0\r\n\r\n${WITHIN}`),
    answers: [400],
  },
  { name: 'chunks in HTTP/1.0', bytes: chunked(`0\r\n\r\n${WITHIN}`).replace('HTTP/1.1', 'HTTP/1.0'), answers: [400] },
  {
    name: 'a GET whose body is a request',
    bytes: get(`host: a\r\ncontent-length: ${WITHIN.length}\r\n\r\n${WITHIN}`),
    answers: [200],
  },
];

const chunks: readonly Oddity[] = [
  { name: 'a chunk size in 0x', bytes: chunked(`0x0\r\n\r\n${WITHIN}`), answers: [405, 400] },
  { name: 'a chunk size beyond 64 bits', bytes: chunked(`10000000000000000\r\n\r\n${WITHIN}`), answers: [405, 400] },
  { name: 'a chunk of 2^60 bytes', bytes: chunked(`fffffffffffffff\r\na\r\n0\r\n\r\n`), answers: [405, 400] },
  { name: 'a negative chunk', bytes: chunked(`-1\r\n\r\n${WITHIN}`), answers: [405, 400] },
  { name: 'a space before the size', bytes: chunked(` 0\r\n\r\n${WITHIN}`), answers: [405, 400] },
  { name: 'bare line feeds', bytes: chunked(`0\n\n${WITHIN}`), answers: [405, 400] },
  { name: 'a line feed within an extension', bytes: chunked(`1;a\nb\r\nx\r\n0\r\n\r\n${WITHIN}`), answers: [405, 400] },
  { name: 'a chunk longer than its size', bytes: chunked(`1\r\nxx\r\n0\r\n\r\n${WITHIN}`), answers: [405, 400] },
  { name: 'an endless extension', bytes: chunked(`1;${'a'.repeat(60_000)}\r\nx\r\n0\r\n\r\n`), answers: [405, 413] },
  { name: 'trailers', bytes: chunked(`0\r\ncontent-length: 38\r\n\r\n${WITHIN}`), answers: [405, 400] },
];

const heads: readonly Oddity[] = [
  { name: 'no host', bytes: get('\r\n'), answers: [400] },
  { name: 'a folded header', bytes: get('host: a\r\nx: a\r\n b\r\n\r\n'), answers: [400] },
  { name: 'a bare line feed between headers', bytes: get('host: a\nx: b\r\n\r\n'), answers: [400] },
  { name: 'a bare carriage return', bytes: get('host: a\rx: b\r\n\r\n'), answers: [400] },
  { name: 'NUL in a name', bytes: get('host: a\r\nx\0y: b\r\n\r\n'), answers: [400] },
  { name: 'NUL in a value', bytes: get('host: a\r\nx: a\0b\r\n\r\n'), answers: [400] },
  { name: 'a control character in a value', bytes: get('host: a\r\nx: a\x07b\r\n\r\n'), answers: [400] },
  { name: 'no colon', bytes: get('host: a\r\nxyz\r\n\r\n'), answers: [400] },
  { name: 'no name', bytes: get('host: a\r\n: x\r\n\r\n'), answers: [400] },
  { name: 'a space before the first header', bytes: get(' x: y\r\nhost: a\r\n\r\n'), answers: [400] },
  {
    name: 'a head longer than may be',
    bytes: get(`host: a\r\nx: ${'a'.repeat(HEADER_BYTES_MAX)}\r\n\r\n`),
    answers: [431],
  },
  {
    name: 'a request line longer than may be',
    bytes: `GET /${'a'.repeat(HEADER_BYTES_MAX)} HTTP/1.1\r\nhost: a\r\n\r\n`,
    answers: [431],
  },
  { name: 'a thousand headers', bytes: get(`host: a\r\n${'x: y\r\n'.repeat(1000)}\r\n`), answers: [431] },
];

const requestLines: readonly Oddity[] = [
  { name: 'HTTP/0.9', bytes: 'GET /health\r\n', answers: [505] },
  { name: 'HTTP/2 by prior knowledge', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', answers: [400] },
  { name: 'a version that is none', bytes: 'GET /health HTTP/9.9\r\nhost: a\r\n\r\n', answers: [505] },
  { name: 'TLS', bytes: `\x16\x03\x01\x00\xa5\x01\x00\x00\xa1${'\0'.repeat(160)}`, answers: [400] },
  { name: 'two spaces', bytes: 'GET  /health HTTP/1.1\r\nhost: a\r\n\r\n', answers: [400] },
  { name: 'a tab for a space', bytes: 'GET\t/health\tHTTP/1.1\r\nhost: a\r\n\r\n', answers: [505] },
  { name: 'NUL in the path', bytes: 'GET /hea\0lth HTTP/1.1\r\nhost: a\r\n\r\n', answers: [505] },
  { name: 'a path without a slash', bytes: 'GET health HTTP/1.1\r\nhost: a\r\n\r\n', answers: [400] },
  { name: 'a method nobody knows', bytes: 'FOO /health HTTP/1.1\r\nhost: a\r\n\r\n', answers: [] },
  { name: 'a method in small letters', bytes: 'get /health HTTP/1.1\r\nhost: a\r\n\r\n', answers: [] },
  { name: 'a tunnel', bytes: `CONNECT a:80 HTTP/1.1\r\nhost: a\r\n\r\n${WITHIN}`, answers: [404] },
];

/** What one server may take for right: taken, but for what it is. */
const taken: readonly Oddity[] = [
  { name: 'a whole URL for a path', bytes: 'GET http://elsewhere/health HTTP/1.1\r\nhost: a\r\n\r\n', answers: [200] },
  { name: 'the same length twice', bytes: postTo('content-length: 1\r\ncontent-length: 1\r\n', 'x'), answers: [405] },
  { name: 'three requests at once', bytes: get('host: a\r\n\r\n').repeat(3), answers: [200, 200, 200] },
  {
    name: 'another protocol asked for',
    bytes: get('host: a\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n'),
    answers: [200],
  },
];

export const ODDITIES: readonly Oddity[] = [...lengths, ...chunks, ...heads, ...requestLines, ...taken];
