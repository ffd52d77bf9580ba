import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { createEventSplitter, EVENT_BYTES_MAX } from './event-splitter.ts';

/** Pushes pieces and collects what came out. */
function split(pieces: readonly Buffer[]) {
  const splitter = createEventSplitter();
  const out = pieces.map((piece) => splitter.push(piece));
  return {
    bytes: Buffer.concat(out.map((it) => it?.bytes ?? Buffer.alloc(0))).toString(),
    count: out.reduce((sum, it) => sum + (it?.count ?? 0), 0),
    each: out.map((it) => it?.bytes.toString()),
  };
}

/** Cuts a text into pieces at the given offsets, in bytes. */
function cutAt(text: string, offsets: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text);
  const at = [0, ...offsets.map((it) => it % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

test('a chunk of whole events goes on as it is, uncopied', () => {
  const chunk = Buffer.from('data: 1\n\ndata: 2\n\n');
  expect(createEventSplitter().push(chunk)).toEqual({ bytes: chunk, count: 2 });
  expect(createEventSplitter().push(chunk)?.bytes).toBe(chunk);
});

test('an unfinished event waits for its end, a finished one before it does not', () => {
  expect(split([Buffer.from('data: 1\n\ndata'), Buffer.from(': 2\n'), Buffer.from('\n')]).each).toEqual([
    'data: 1\n\n',
    '',
    'data: 2\n\n',
  ]);
});

test('what never becomes an event is never forwarded', () => {
  expect(split([Buffer.from('data: 1\n\ndata: half')]).bytes).toBe('data: 1\n\n');
});

test('an event without an end is given up at a limit', () => {
  const splitter = createEventSplitter();
  const part = Buffer.alloc(EVENT_BYTES_MAX / 4, 'x');
  expect([1, 2, 3, 4].map(() => splitter.push(part)?.count)).toEqual([0, 0, 0, 0]);
  expect(splitter.push(Buffer.from('x'))).toBeUndefined();
});

test.each(['\n\n', '\r\n\r\n'])('wherever the bytes are cut, the same events come out (border %j)', (border) => {
  const text = fc.array(fc.string({ unit: 'grapheme' }).filter((it) => !/[\r\n]/.test(it)));
  fc.assert(
    fc.property(text, fc.array(fc.nat()), (events, offsets) => {
      const whole = events.map((it) => `data: ${it}${border}`).join('');
      const { bytes, count } = split(cutAt(whole, offsets));
      expect(bytes).toBe(whole);
      expect(count).toBe(events.length);
    }),
  );
});
