import { expect, test } from 'bun:test';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import type { Reply } from '../outgoing.ts';
import { createBeginning } from './beginning.ts';
import type { PoolEvent } from './event.ts';

const replyOf = (contentType: string): Reply => ({
  ok: true,
  status: 200,
  headers: { 'content-type': contentType },
  body: (async function* () {})(),
});

/** What is told of an execution that got `reply`, and then bytes twice. */
function told(reply: Reply): readonly PoolEvent[] {
  const events: PoolEvent[] = [];
  const beginning = createBeginning({ replica: 'a', claim: 'c1' }, createFakeClock(), (event) => events.push(event));
  expect(beginning.replied(reply)).toBe(reply);
  beginning.received();
  beginning.received();
  return events;
}

test('a stream tells once that it begins', () => {
  const began = { on: 'began', replica: 'a', claim: 'c1', nowMs: 0 } as const;
  expect(told(replyOf('text/event-stream; charset=utf-8'))).toEqual([began]);
});

test('an answer in one piece tells nothing: it comes when all is written', () => {
  expect(told(replyOf('application/json'))).toEqual([]);
  expect(told({ ok: false, failure: 'reset', cause: undefined })).toEqual([]);
});
