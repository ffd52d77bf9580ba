import { describe, expect, test } from 'bun:test';
import { COMPLETION, STREAM_BEGIN, streamEnd, tokenChunk } from '../upstream/answers.ts';
import { examineDocument, examineStream, type Examination } from './examination.ts';
import { createResponseReader } from './response-reader.ts';

function judge(examination: Examination, status: number, body: string): string | undefined {
  examination.head(status);
  if (body !== '') examination.body(body);
  return examination.end();
}

/** Reads what the upstream writes, in parts of `size` bytes. */
function readAll(upstream: Buffer, examination: Examination, size: number): (string | undefined)[] {
  const verdicts: (string | undefined)[] = [];
  const reader = createResponseReader({
    head: (status) => examination.head(status),
    body: (part) => examination.body(part),
    end: () => verdicts.push(examination.end()),
  });
  const text = upstream.toString('latin1');
  for (let at = 0; at < text.length; at += size) reader.read(text.slice(at, at + size));
  return verdicts;
}

function streamOf(tokens: number, end: Buffer): Buffer {
  const stamped = Array.from({ length: tokens }, (_, index) => tokenChunk(1_700_000_000_000_000 + index));
  return Buffer.concat([STREAM_BEGIN, ...stamped, end]);
}

const stream = (tokens: number) => streamOf(tokens, streamEnd(tokens, false));
const streamWithUsage = (tokens: number) => streamOf(tokens, streamEnd(tokens, true));

describe('a whole answer', () => {
  test('is right with 200 and all its bytes, again and again', () => {
    const examination = examineDocument();
    for (let turn = 0; turn < 3; turn += 1) expect(judge(examination, 200, COMPLETION)).toBeUndefined();
  });

  test('is wrong with another status or length, and the next is judged afresh', () => {
    const examination = examineDocument();
    expect(judge(examination, 503, COMPLETION)).toBe('status 503');
    expect(judge(examination, 200, COMPLETION.slice(1))).toContain(`instead of ${COMPLETION.length}`);
    expect(judge(examination, 200, COMPLETION)).toBeUndefined();
  });

  test('is as long as a short reply', () => {
    expect(COMPLETION.length).toBeGreaterThan(500);
    expect(COMPLETION.length).toBeLessThan(700);
  });
});

describe('a stream', () => {
  test.each([1, 7, 100, 100_000])('is right as the upstream writes it, read %d bytes at a time', (size) => {
    const stamps: number[] = [];
    const examination = examineStream(3, (stamp) => stamps.push(stamp));
    expect(readAll(stream(3), examination, size)).toEqual([undefined]);
    expect(readAll(streamWithUsage(3), examination, size)).toEqual([undefined]);
    expect(stamps.slice(0, 3)).toEqual([1_700_000_000_000_000, 1_700_000_000_000_001, 1_700_000_000_000_002]);
    expect(stamps).toHaveLength(6);
  });

  test('is wrong with a token too few, an error event, or without [DONE]', () => {
    const examination = examineStream(3, () => undefined);
    expect(readAll(stream(2), examination, 1000)).toEqual(['a stream of 2 tokens instead of 3']);
    expect(judge(examination, 200, 'data: {"error":{"code":"engine_failed"}}\n\n')).toContain('engine_failed');
    expect(judge(examination, 200, '')).toContain('instead of [DONE]');
    expect(judge(examination, 500, '')).toBe('status 500');
    expect(readAll(stream(3), examination, 1000)).toEqual([undefined]);
  });
});
