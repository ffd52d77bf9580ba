import { describe, expect, test } from 'bun:test';
import type { BodyListener } from '../protocol.ts';
import { createBody } from './body.ts';
import { iterate } from './iterate.ts';
import { PIECE_COST_BYTES, READ_AHEAD_BYTES_MAX } from './limits.ts';

/** A body, what it asked of its source, and a listener with what it was told. */
function open() {
  const asked: string[] = [];
  const told: string[] = [];
  const body = createBody({
    pause: () => asked.push('pause'),
    resume: () => asked.push('resume'),
    leave: () => asked.push('leave'),
  });
  const listener: BodyListener = {
    data: (bytes) => told.push(Buffer.from(bytes).toString()),
    end: () => told.push('end'),
    broke: (cause) => told.push(String(cause)),
  };
  return { body, asked, told, listener, reader: iterate(body.flow) };
}
const piece = (text: string) => Buffer.from(text);
const text = (next: IteratorResult<Uint8Array, unknown>) =>
  next.done === true ? 'end' : Buffer.from(next.value).toString();

describe('told', () => {
  test('each piece is told as it comes, then the end', () => {
    const { body, listener, told } = open();
    body.flow.resume(listener);
    body.put(piece('a'));
    body.put(piece('b'));
    body.end();
    expect(told).toEqual(['a', 'b', 'end']);
  });

  test('what came before anybody listened is told at once in one piece, and then how it ended', () => {
    const { body, listener, told } = open();
    body.put(piece('a'));
    body.put(piece('b'));
    body.fail('broken');
    body.flow.resume(listener);
    expect(told).toEqual(['ab', 'broken']);
  });

  test('nothing is told while it is paused, not even the end', () => {
    const { body, listener, told } = open();
    body.flow.resume({ ...listener, data: () => body.flow.pause() });
    body.put(piece('a'));
    body.put(piece('b'));
    body.end();
    expect(told).toEqual([]);
    body.flow.resume(listener);
    expect(told).toEqual(['b', 'end']);
  });

  test('who pauses at what was kept is not told the end', () => {
    const { body, listener, told } = open();
    body.put(piece('a'));
    body.end();
    body.flow.resume({ ...listener, data: () => body.flow.pause() });
    expect(told).toEqual([]);
  });

  test('who leaves is told nothing more, and the source is left unless all has come', () => {
    const early = open();
    early.body.flow.resume(early.listener);
    early.body.flow.leave();
    early.body.end();
    expect(early.told).toEqual([]);
    expect(early.asked).toEqual(['leave']);

    const late = open();
    late.body.end();
    late.body.flow.leave();
    expect(late.asked).toEqual([]);
  });

  test('the source is paused at the limit, and goes on once all was taken', () => {
    const { body, listener, asked } = open();
    body.put(Buffer.alloc(READ_AHEAD_BYTES_MAX - 1));
    expect(asked).toEqual([]);
    body.put(piece('a'));
    expect(asked).toEqual(['pause']);
    body.flow.resume(listener);
    expect(asked).toEqual(['pause', 'resume']);
  });

  test('many tiny pieces count for what they cost', () => {
    const { body, asked } = open();
    for (let count = 0; count < READ_AHEAD_BYTES_MAX / PIECE_COST_BYTES; count += 1) body.put(piece('a'));
    expect(asked).toEqual(['pause']);
  });

  test('the source is not paused for one who keeps up', () => {
    const { body, listener, asked } = open();
    body.flow.resume(listener);
    body.put(Buffer.alloc(READ_AHEAD_BYTES_MAX * 2));
    expect(asked).toEqual([]);
  });
});

describe('iterated', () => {
  test('a waiting reader gets each piece as it comes', async () => {
    const { body, reader } = open();
    const first = reader.next();
    body.put(piece('a'));
    const second = reader.next();
    body.put(piece('b'));
    const third = reader.next();
    body.end();
    expect([await first, await second, await third].map(text)).toEqual(['a', 'b', 'end']);
  });

  test('a reader that comes late gets what is here in one piece, then the end, as often as it asks', async () => {
    const { body, reader } = open();
    body.put(piece('a'));
    body.put(piece('b'));
    body.end();
    expect([await reader.next(), await reader.next(), await reader.next()].map(text)).toEqual(['ab', 'end', 'end']);
  });

  test('what came before a break is read, then the break throws, as often as it is asked', async () => {
    const { body, reader } = open();
    body.put(piece('a'));
    body.fail(new Error('broken'));
    expect(text(await reader.next())).toBe('a');
    expect(reader.next()).rejects.toThrow('broken');
    expect(reader.next()).rejects.toThrow('broken');
  });

  test('a waiting reader is told of a break', () => {
    const { body, reader } = open();
    const waiting = reader.next();
    body.fail(new Error('broken'));
    expect(waiting).rejects.toThrow('broken');
  });

  test('a reader that leaves early makes the source leave; one that has seen the end does not', async () => {
    const early = open();
    early.body.put(piece('a'));
    expect(await early.reader.return?.()).toEqual({ done: true, value: undefined });
    expect(text(await early.reader.next())).toBe('end');
    expect(early.asked).toEqual(['leave']);

    const late = open();
    late.body.end();
    await late.reader.return?.();
    expect(late.asked).toEqual([]);
  });
});
