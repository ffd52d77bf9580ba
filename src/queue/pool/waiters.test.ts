import { expect, test } from 'bun:test';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { ticketOf } from '../fixtures/tickets.ts';
import { createWaiters } from './waiters.ts';

function waitersUnderTest() {
  const clock = createFakeClock();
  const told: string[] = [];
  const waiters = createWaiters(clock, {
    left(id) {
      told.push(`${id} left`);
      waiters.take(id);
    },
    overdue(id) {
      told.push(`${id} overdue at ${clock.nowMs()}`);
      waiters.take(id);
    },
  });
  function wait(id: string, atMostMs: number): AbortController {
    const client = new AbortController();
    void waiters.add({ ticket: ticketOf(id), signal: client.signal });
    waiters.enter(id, atMostMs);
    return client;
  }
  return { clock, told, waiters, wait };
}

test('a short wait ends when it is over, a long one with the next round', async () => {
  const { clock, told, wait } = waitersUnderTest();
  wait('long', 60);
  wait('short', 10);
  await clock.advance(1_000);
  expect(told).toEqual(['short overdue at 10', expect.stringMatching(/^long overdue at (6|7|8)\d$/)]);
  expect(clock.nextInMs()).toBeUndefined();
});

test('who leaves is told of within a round', async () => {
  const { clock, told, wait } = waitersUnderTest();
  wait('stays', 10_000);
  const client = wait('leaves', 10_000);
  client.abort();
  await clock.advance(25);
  expect(told).toEqual(['leaves left']);
});

test('and at once when it is about to be granted something', () => {
  const { told, waiters, wait } = waitersUnderTest();
  wait('leaves', 10_000).abort();
  wait('stays', 10_000);
  waiters.lookAt(['leaves', 'stays', 'unknown']);
  expect(told).toEqual(['leaves left']);
});

test('however many wait, each is looked at, and never more than a bounded number at once', async () => {
  const { clock, told, wait } = waitersUnderTest();
  const clients = Array.from({ length: 10_000 }, (_, at) => wait(`${at}`, 60_000));
  for (const client of clients) client.abort();
  await clock.advance(25);
  expect(told.length).toBe(4_096);
  await clock.advance(50);
  expect(told.length).toBe(10_000);
});
