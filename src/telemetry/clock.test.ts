import { expect, test } from 'bun:test';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { deadlineSignal, delay } from './clock.ts';

test('a deadline aborts when its time is over, and says how long that was', async () => {
  const clock = createFakeClock();
  const { signal } = deadlineSignal(clock, 50);
  await clock.advance(49);
  expect(signal.aborted).toBe(false);
  await clock.advance(1);
  expect(signal.reason).toEqual(new Error('not within 50 ms'));
});

test('a deadline that is cancelled never aborts and leaves no timer', async () => {
  const clock = createFakeClock();
  const { signal, cancel } = deadlineSignal(clock, 50);
  cancel();
  expect(clock.nextInMs()).toBeUndefined();
  await clock.advance(100);
  expect(signal.aborted).toBe(false);
});

test('a delay is over when its time is, not before', async () => {
  const clock = createFakeClock();
  let over = false;
  void delay(clock, 50).then(() => (over = true));
  await clock.advance(49);
  expect(over).toBe(false);
  await clock.advance(1);
  expect(over).toBe(true);
});
