import { describe, expect, test } from 'bun:test';
import type { Failure, Reply } from '../../queue/index.ts';
import { receive, REPLY_BYTES_MAX, type Answer } from './answer.ts';
import { EVENT_BYTES_MAX } from '../tap/event-splitter.ts';
import { aReading } from '../fixtures/reading.ts';
import { chunk, completion, DONE, pieces, STREAM_TYPE } from '../fixtures/scripted-engine.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const replied = (status: number, headers: Record<string, string>, body: AsyncIterable<Uint8Array>): Reply => ({
  ok: true,
  status,
  headers,
  body,
});
const stream = (parts: readonly string[], ending: 'end' | 'break' = 'end') =>
  replied(200, STREAM_TYPE, pieces(parts, ending));
const document = (text: string, ending: 'end' | 'break' = 'end') => replied(200, JSON_TYPE, pieces([text], ending));
const error = (status: number, message: string) =>
  replied(status, JSON_TYPE, pieces([JSON.stringify({ error: { message, code: status } })]));
const none = (failure: 'refused' | 'reset' | 'exhausted'): Reply => ({ ok: false, failure, cause: undefined });

const DEAD = 'EngineCore encountered an issue. See stack trace (above) for the root cause.';
const deadEvent = `data: {"error":{"message":"${DEAD}","code":500}}\n\n`;
const bugEvent = 'data: {"error":{"message":"list index out of range","code":500}}\n\n';

type Expected = Exclude<Answer['is'], 'failed'> | Failure;

/** Every way an engine can answer, and whether another one may be asked. */
const CASES: [name: string, reply: () => Reply, expected: Expected, again: boolean][] = [
  ['nobody listens', () => none('refused'), 'engine_unreached', true],
  ['bug: no file descriptor of our own is left', () => none('exhausted'), 'engine_unreached', true],
  ['it dies before the status line', () => none('reset'), 'connection_broke', true],
  ['a stream', () => stream([chunk('a')]), 'stream', false],
  ['a stream that breaks later', () => stream([chunk('a')], 'break'), 'stream', false],
  ['a stream that breaks before its first event', () => stream(['data: {"ha'], 'break'), 'connection_broke', true],
  ['a stream that ends before its first event', () => stream([]), 'connection_broke', true],
  ['a stream whose first event is the death of its engine', () => stream([deadEvent, DONE]), 'engine_died', true],
  ['a stream whose first event is a bug of its engine', () => stream([bugEvent, DONE]), 'engine_error', true],
  ['a stream aborted before its first token', () => stream([chunk('', 'abort') + DONE]), 'engine_aborted', true],
  [
    'a bad request told as an event',
    () => stream(['data: {"error":{"message":"x","code":400}}\n\n']),
    'declined',
    false,
  ],
  ['a reply', () => document(completion('hi')), 'whole', false],
  ['a reply that speaks of errors', () => document(completion('"error" "abort"')), 'whole', false],
  ['a reply that breaks midway: it had run', () => document(completion('hi'), 'break'), 'connection_broke', false],
  ['a reply cut short by a shutdown', () => document(completion('hi', 'abort')), 'engine_aborted', true],
  ['a bad request', () => error(400, 'no'), 'declined', false],
  ['a dead engine core', () => error(500, DEAD), 'engine_died', true],
  ['a server that shuts down', () => error(500, 'cannot schedule new futures after shutdown'), 'engine_aborted', true],
  ['a bug of the engine', () => error(500, 'list index out of range'), 'engine_error', false],
  ['a full engine', () => error(503, 'too many'), 'engine_error', true],
];

test.each(CASES)('%s', async (_, reply, expected, again) => {
  const answer = await receive(reply(), aReading);
  const failed = answer.is === 'failed';
  expect(failed ? answer.failure : answer.is).toBe(expected);
  expect(failed && answer.again).toBe(again);
});

describe('limits', () => {
  test('a reply too large to hold is given up, and its connection closed', async () => {
    let closed = false;
    const endless = async function* () {
      try {
        for (;;) yield Buffer.alloc(REPLY_BYTES_MAX / 8);
      } finally {
        closed = true;
      }
    };
    expect(await receive(replied(200, JSON_TYPE, endless()), aReading)).toEqual({ is: 'too_long' });
    expect(closed).toBe(true);
  });

  test('bug: an event too large to hold was run again', async () => {
    const answer = await receive(stream(['data: ', 'x'.repeat(EVENT_BYTES_MAX)]), aReading);
    expect(answer).toEqual({ is: 'too_long' });
  });

  test('bug: an event of megabytes, as `prompt_logprobs` makes it, was given up', async () => {
    const answer = await receive(
      stream(['data: ', ...Array<string>(8).fill('x'.repeat(1_048_576)), '\n', '\n']),
      aReading,
    );
    expect(answer).toMatchObject({ is: 'stream', stream: { first: { length: 8 * 1_048_576 + 8 } } });
  });
});

test('a stream that failed before its first event has its connection closed', async () => {
  let closed = false;
  const failing = async function* () {
    try {
      yield Buffer.from(deadEvent);
      yield Buffer.from(DONE);
    } finally {
      closed = true;
    }
  };
  await receive(replied(200, STREAM_TYPE, failing()), aReading);
  await Promise.resolve();
  expect(closed).toBe(true);
});
