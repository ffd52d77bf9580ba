import { expect, test } from 'bun:test';
import { createLineSplitter, LINE_BYTES_MAX } from './lines.ts';

/** The lines of some pieces of output. */
function split(...pieces: readonly (string | Uint8Array)[]): readonly string[] {
  const lines: string[] = [];
  const decoder = new TextDecoder();
  const splitter = createLineSplitter((line) => lines.push(decoder.decode(line)));
  for (const piece of pieces) splitter.push(typeof piece === 'string' ? new TextEncoder().encode(piece) : piece);
  splitter.end();
  return lines;
}

test('lines are put together from pieces, and the last needs no end', () => {
  expect(split('INFO load', 'ing\nINFO re', 'ady\n', 'bye')).toEqual(['INFO loading', 'INFO ready', 'bye']);
});

test('each step of a progress bar is a line', () => {
  expect(split('\rshards: 50%', '\rshards: 100%\r\ndone\n')).toEqual(['shards: 50%', 'shards: 100%', 'done']);
});

test('a letter that is cut in two by a read stays whole', () => {
  const bytes = new TextEncoder().encode('größe\n');
  expect(split(bytes.subarray(0, 3), bytes.subarray(3))).toEqual(['größe']);
});

test('a line without end is cut, so that memory is bounded', () => {
  const lines = split('x'.repeat(2 * LINE_BYTES_MAX + 5));
  expect(lines.map((line) => line.length)).toEqual([LINE_BYTES_MAX, LINE_BYTES_MAX, 5]);
});
