import { describe, expect, test } from 'bun:test';
import { askNode } from './fixtures/ask-node.ts';
import { cut, type Outcome } from './fixtures/outcome.ts';
import { readPieces } from './fixtures/read-pieces.ts';
import { HEAD_BYTES_MAX, HEADER_LINES_MAX, INTERIM_HEADS_MAX, TRAILER_BYTES_MAX } from './limits.ts';
import { ProtocolError } from './protocol-error.ts';
import { createResponseReader } from './response-reader.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
const lengthOf = (body: string, more = '') => `${OK}Content-Length: ${body.length}\r\n${more}\r\n${body}`;

const read = (text: string) => readPieces([Buffer.from(text, 'latin1')]);
const bodyIn = ({ is, ...more }: Outcome) => ('body' in more ? more.body : is);

/** What both take, and the same way, wherever the bytes are cut. */
const TAKEN: [name: string, body: string, text: string][] = [
  ['a body of known length', 'hello', lengthOf('hello')],
  ['an empty body', '', lengthOf('')],
  ['a body until the connection closes', 'hello', `${OK}\r\nhello`],
  ['one of HTTP/1.0', 'hello', 'HTTP/1.0 200 OK\r\n\r\nhello'],
  ['chunks', 'hello!', `${CHUNKED}5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n`],
  [
    'chunk sizes in both cases, with leading zeros',
    '01234567890123456789a',
    `${CHUNKED}0A\r\n0123456789\r\n00b\r\n0123456789a\r\n0\r\n\r\n`,
  ],
  ['no chunks at all', '', `${CHUNKED}0\r\n\r\n`],
  ['chunks with extensions', 'ok', `${CHUNKED}2;a=b;c="d e";f\r\nok\r\n0;x\r\n\r\n`],
  ['chunks with trailers', 'ok', `${CHUNKED}2\r\nok\r\n0\r\nX-Sum: 1\r\ny: \r\n\r\n`],
  ['a data of CR and LF', '\r\n\r\n', `${CHUNKED}4\r\n\r\n\r\n\r\n0\r\n\r\n`],
  ['the coding in another case', 'ok', `${OK}Transfer-Encoding: Chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
  ['no reason', 'ok', 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok'],
  ['an empty reason', 'ok', 'HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok'],
  ['interim heads', 'ok', `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nlink: a\r\n\r\n${lengthOf('ok')}`],
  ['no content', '', 'HTTP/1.1 204 No Content\r\n\r\n'],
  ['blanks around a value', 'ok', lengthOf('ok', 'X:  \t a b \t \r\n')],
  ['Latin-1 in a value, a no-break space at its end', 'ok', lengthOf('ok', 'X: \xe9\xa0\r\n')],
  ['an empty value', 'ok', lengthOf('ok', 'X:\r\n')],
  ['a header twice, which is joined', 'ok', lengthOf('ok', 'X: a\r\nx: b\r\n')],
  ['a type twice, of which the first counts', 'ok', lengthOf('ok', 'Content-Type: a\r\ncontent-type: b\r\n')],
  ['a header of JavaScript', 'ok', lengthOf('ok', 'constructor: a\r\ntoString: b\r\n')],
];

describe.each(TAKEN)('%s', (_, body, text) => {
  test('is read as node:http reads it', async () => {
    const { outcome } = read(text);
    expect(bodyIn(outcome)).toBe(body);
    expect(outcome).toEqual(await askNode([Buffer.from(text, 'latin1')]));
  });

  test('is read the same wherever it is cut, once, twice or after every byte', () => {
    const expected = read(text);
    for (let one = 0; one <= text.length; one += 1) {
      for (let two = one; two <= text.length; two += 1) expect(readPieces(cut(text, [one, two]))).toEqual(expected);
    }
    expect(
      readPieces(
        cut(
          text,
          Array.from(text, (_byte, at) => at),
        ),
      ),
    ).toEqual(expected);
  });
});

/** What is refused before there is an answer, by node:http too. */
const REFUSED: [name: string, text: string][] = [
  ['what is not HTTP', 'SSH-2.0-nonsense\r\n'],
  ['HTTP/2', 'HTTP/2 200\r\n\r\n'],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
  ['line ends without CR', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok'],
  ['a length twice', lengthOf('ok', 'Content-Length: 2\r\n')],
  ['a length that is none', `${OK}Content-Length: 2x\r\n\r\nok`],
  ['a negative length', `${OK}Content-Length: -2\r\n\r\nok`],
  ['a length beyond measure', `${OK}Content-Length: 99999999999999999999\r\n\r\nok`],
  ['a length and a coding', `${OK}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
  ['a coding and a length', `${OK}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
  ['a folded line', lengthOf('ok', 'X: a\r\n b\r\n')],
  ['a blank before a colon', lengthOf('ok', 'X : a\r\n')],
  ['a line without a colon', lengthOf('ok', 'X\r\n')],
  ['a line without a name', lengthOf('ok', ': a\r\n')],
  ['a bare CR in a value', lengthOf('ok', 'X: a\rb\r\n')],
  ['a zero byte in a value', lengthOf('ok', 'X: a\0b\r\n')],
  ['an unfinished head', 'HTTP/1.1 200 OK\r\nX: a'],
  ['an interim answer of HTTP/1.0', `HTTP/1.0 103 Early Hints\r\n\r\n${lengthOf('ok')}`],
  ['an interim answer that closes', `HTTP/1.1 103 Early Hints\r\nConnection: close\r\n\r\n${lengthOf('ok')}`],
];

test.each(REFUSED)('%s is refused, as by node:http', async (_, text) => {
  const pieces = [Buffer.from(text, 'latin1')];
  expect(read(text).outcome).toEqual({ is: 'refused' });
  expect(await askNode(pieces)).toEqual({ is: 'refused' });
});

/** Where we take less than node:http: nobody sends it in good faith. */
const STRICTER: [name: string, text: string][] = [
  ['a status above 599', 'HTTP/1.1 600 OK\r\nContent-Length: 0\r\n\r\n'],
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
  ['two codings', `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
  ['a coding that is not chunked', `${OK}Transfer-Encoding: gzip\r\n\r\nok`],
  ['a coding in HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'],
  ['a body where there is none', 'HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok'],
  ['a line end before the answer', `\r\n${lengthOf('ok')}`],
];

test.each(STRICTER)('%s is refused', (_, text) => {
  expect(read(text).outcome).toEqual({ is: 'refused' });
});

/** An answer that began and that nobody may take for whole. */
const BROKEN: [name: string, text: string][] = [
  ['a body shorter than its length', `${OK}Content-Length: 5\r\n\r\nok`],
  ['chunks without their end', `${CHUNKED}2\r\nok\r\n`],
  ['a chunk that is cut', `${CHUNKED}5\r\nok`],
  ['an end without its blank line', `${CHUNKED}2\r\nok\r\n0\r\n`],
  ['data longer than its chunk', `${CHUNKED}2\r\nokay\r\n0\r\n\r\n`],
  ['a chunk without a size', `${CHUNKED}\r\nok\r\n0\r\n\r\n`],
  ['a negative size', `${CHUNKED}-2\r\nok\r\n0\r\n\r\n`],
  ['a size with a sign of JavaScript', `${CHUNKED}0x2\r\nok\r\n0\r\n\r\n`],
  ['a size beyond measure', `${CHUNKED}fffffffffffffffff\r\nok\r\n0\r\n\r\n`],
  ['a size that ends with LF', `${CHUNKED}2\nok\r\n0\r\n\r\n`],
  ['an extension that is none', `${CHUNKED}2;"\r\nok\r\n0\r\n\r\n`],
  ['a trailer that is none', `${CHUNKED}2\r\nok\r\n0\r\nx\r\n\r\n`],
];

test.each(BROKEN)('%s is never an end, nor with node:http', async (_, text) => {
  expect(read(text).outcome).toEqual({ is: 'broken', status: 200 });
  expect((await askNode([Buffer.from(text, 'latin1')])).is).not.toBe('whole');
});

/** Whether the connection may serve the next request. */
const KEPT: [name: string, reusable: boolean, text: string][] = [
  ['an answer', true, lengthOf('ok')],
  ['a chunked answer', true, `${CHUNKED}0\r\n\r\n`],
  ['an answer with more bytes after it', false, `${lengthOf('ok')}HTTP/1.1`],
  ['a chunked answer with more bytes after it', false, `${CHUNKED}0\r\n\r\n\r\n`],
  ['an answer that says close', false, lengthOf('ok', 'Connection: close\r\n')],
  ['an answer that says close among others', false, lengthOf('ok', 'Connection: x, Close\r\n')],
  ['an answer that says keep-alive', true, lengthOf('ok', 'Connection: keep-alive\r\n')],
  ['HTTP/1.0', false, 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok'],
  ['a body until the connection closes', false, `${OK}\r\nok`],
];

test.each(KEPT)('%s: whether the connection is kept: %p', (_, reusable, text) => {
  expect(read(text)).toMatchObject({ outcome: { is: 'whole' }, reusable });
});

/** What would grow without end. */
const ENDLESS: [name: string, expected: Outcome['is'], text: string][] = [
  ['a long head', 'whole', lengthOf('ok', `X: ${'x'.repeat(HEAD_BYTES_MAX - 100)}\r\n`)],
  ['too long a head', 'refused', lengthOf('ok', `X: ${'x'.repeat(HEAD_BYTES_MAX)}\r\n`)],
  ['a head without end', 'refused', `${OK}X: ${'x'.repeat(HEAD_BYTES_MAX)}`],
  ['too many headers', 'refused', lengthOf('ok', 'X: a\r\n'.repeat(HEADER_LINES_MAX))],
  ['too many interim heads', 'refused', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(INTERIM_HEADS_MAX + 1)],
  ['too long a trailer', 'broken', `${CHUNKED}0\r\nX: ${'x'.repeat(TRAILER_BYTES_MAX)}`],
  ['too long an extension', 'broken', `${CHUNKED}1;${'x'.repeat(2000)}`],
];

test.each(ENDLESS)('%s: %s', (_, expected, text) => {
  expect(read(text).outcome.is).toBe(expected);
  expect(
    readPieces(
      cut(
        text,
        Array.from({ length: 200 }, (_byte, at) => at * 97),
      ),
    ).outcome.is,
  ).toBe(expected);
});

test('what cannot become an answer is refused at its first bytes', () => {
  const reader = createResponseReader({ head: () => undefined, data: () => undefined, end: () => undefined });
  expect(() => reader.read(Buffer.from('HTTP'))).not.toThrow();
  expect(() => reader.read(Buffer.from('S'))).toThrow(ProtocolError);
});

test('several chunks that come at once are told in one piece', () => {
  const pieces: string[] = [];
  const text = `${CHUNKED}3\r\nabc\r\n3\r\ndef\r\n3\r\nghi`;
  const data = (bytes: Buffer) => void pieces.push(bytes.toString());
  createResponseReader({ head: () => undefined, data, end: () => undefined }).read(Buffer.from(text));
  expect(pieces).toEqual(['abcdefghi']);
});
