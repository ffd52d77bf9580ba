import { expect, test } from 'bun:test';
import { createOutbox } from './outbox.ts';

/** Takes so many bytes at each call; what it took, as text. */
function sinkOf(takes: number[]) {
  let taken = '';
  return {
    write(bytes: Uint8Array, offset: number, length: number) {
      const room = takes.shift() ?? 0;
      if (room < 0) return room;
      const some = Buffer.from(bytes).subarray(offset, offset + Math.min(room, length));
      taken += some.toString();
      return some.length;
    },
    taken: () => taken,
  };
}
const pieces = (...texts: string[]) => texts.map((text) => Buffer.from(text));

test('all goes out at once where there is room', () => {
  const outbox = createOutbox();
  const sink = sinkOf([9, 9]);
  outbox.fill(pieces('head', 'body'));
  expect(outbox.sendTo(sink)).toBe(true);
  expect(outbox.isEmpty()).toBe(true);
  expect(sink.taken()).toBe('headbody');
});

test('what finds no room goes out later, each byte once', () => {
  const outbox = createOutbox();
  const sink = sinkOf([3, 9, 0, 1, 0, 2, 9]);
  outbox.fill(pieces('head', 'body'));
  while (!outbox.isEmpty()) expect(outbox.sendTo(sink)).toBe(true);
  expect(sink.taken()).toBe('headbody');
});

test('a closed sink is told', () => {
  const outbox = createOutbox();
  outbox.fill(pieces('head'));
  expect(outbox.sendTo(sinkOf([-1]))).toBe(false);
});

test('what was left of a request is not sent with the next one', () => {
  const outbox = createOutbox();
  const sink = sinkOf([2, 9]);
  outbox.fill(pieces('head'));
  outbox.sendTo(sink);
  outbox.fill(pieces('next'));
  outbox.sendTo(sink);
  expect(sink.taken()).toBe('henext');
});
