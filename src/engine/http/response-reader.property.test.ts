import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { propertyRuns } from '../../queue/fixtures/property-runs.ts';
import { askNode } from './fixtures/ask-node.ts';
import { cut, type Outcome } from './fixtures/outcome.ts';
import { readPieces } from './fixtures/read-pieces.ts';

const TOKEN = Array.from("!#$%&'*+-.^_`|~09AZaz");
const VISIBLE = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).filter((it) =>
  /[\x21-\x7e\x80-\xff]/.test(it),
);

const token = fc.string({ unit: fc.constantFrom(...TOKEN), minLength: 1, maxLength: 12 });
const value = fc.string({ unit: fc.constantFrom(...VISIBLE, ' ', '\t'), maxLength: 20 });
const field = fc.tuple(token, value).map(([name, text]) => `x-${name}:${text}\r\n`);
const fields = fc.array(field, { maxLength: 5 }).map((lines) => lines.join(''));
const bytes = fc.string({ unit: fc.constantFrom(...VISIBLE, '\r', '\n', '\0', ' '), maxLength: 40 });
const head = fc.tuple(fc.integer({ min: 200, max: 599 }), fc.constantFrom('', ' ', ' OK', ' Not \xe9'), fields);

interface Chunk {
  readonly zeros: number;
  readonly capital: boolean;
  readonly extension: string;
  readonly data: string;
}
const chunk: fc.Arbitrary<Chunk> = fc.record({
  zeros: fc.nat({ max: 3 }),
  capital: fc.boolean(),
  extension: fc.constantFrom('', '', ';a', ';a=b', ';a="b c";d'),
  data: bytes,
});

function chunked(chunks: readonly Chunk[], trailers: string): string {
  const parts = chunks
    .filter(({ data }) => data.length > 0)
    .map(({ zeros, capital, extension, data }) => {
      const size = data.length.toString(16);
      return `${'0'.repeat(zeros)}${capital ? size.toUpperCase() : size}${extension}\r\n${data}\r\n`;
    });
  return `${parts.join('')}0\r\n${trailers}\r\n`;
}

const body = fc.oneof(
  bytes.map((text) => `Content-Length: ${text.length}\r\n\r\n${text}`),
  fc
    .tuple(fc.array(chunk, { maxLength: 6 }), fields)
    .map(([chunks, trailers]) => `Transfer-Encoding: chunked\r\n\r\n${chunked(chunks, trailers)}`),
  bytes.map((text) => `\r\n${text}`),
);
const interim = fc.constantFrom('', '', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n');

/** An answer as a server may send it. */
const answer = fc
  .tuple(interim, head, body)
  .filter(([, [status], framed]) => (status !== 204 && status !== 304) || framed.startsWith('Content-Length: 0'))
  .map(([before, [status, reason, lines], framed]) => `${before}HTTP/1.1 ${status}${reason}\r\n${lines}${framed}`);

const cuts = fc.array(fc.nat({ max: 1000 }), { maxLength: 12 });

test('every answer is read as node:http reads it, wherever it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(answer, cuts, async (text, offsets) => {
      const pieces = cut(text, offsets);
      const { outcome } = readPieces(pieces);
      expect(outcome.is).toBe('whole');
      expect(outcome).toEqual(await askNode(pieces));
    }),
    { numRuns: propertyRuns(400) },
  );
});

/** Bytes changed, lost, doubled and swapped; those that mean something more often than others. */
const damage = fc.array(
  fc.record({
    at: fc.nat({ max: 1000 }),
    remove: fc.nat({ max: 3 }),
    insert: fc.constantFrom(
      '',
      '',
      '\r',
      '\n',
      '\r\n',
      ':',
      ';',
      ' ',
      '\t',
      '0',
      '9',
      'f',
      '-',
      'x',
      '\0',
      '\x7f',
      ',',
    ),
  }),
  { minLength: 1, maxLength: 3 },
);

const hostile = fc.tuple(answer, damage).map(([text, marks]) => damaged(text, marks));

function damaged(text: string, marks: readonly { at: number; remove: number; insert: string }[]): string {
  return marks.reduce((before, { at, remove, insert }) => {
    const start = at % (before.length + 1);
    return before.slice(0, start) + insert + before.slice(start + remove);
  }, text);
}

test('what node:http does not take for a whole answer, we do not either, and never for another one', async () => {
  await fc.assert(
    fc.asyncProperty(hostile, cuts, async (text, offsets) => {
      const pieces = cut(text, offsets);
      const { outcome, reusable } = readPieces(pieces);
      if (outcome.is === 'whole' && reusable) expect<Outcome>(outcome).toEqual(await askNode(pieces));
    }),
    { numRuns: propertyRuns(1500) },
  );
});

test('whatever comes, it is the same answer wherever it is cut', () => {
  fc.assert(
    fc.property(fc.oneof(hostile, bytes), cuts, (text, offsets) => {
      expect(readPieces(cut(text, offsets))).toEqual(readPieces([Buffer.from(text, 'latin1')]));
    }),
    { numRuns: propertyRuns(3000) },
  );
});
