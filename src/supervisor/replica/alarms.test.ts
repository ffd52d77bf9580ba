import { expect, test } from 'bun:test';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import type { Clock } from '../../telemetry/index.ts';
import { createAlarms } from './alarms.ts';
import type { Timer } from './stage.ts';

/** Alarms on a clock that can jump: what was due meanwhile comes after the jump. */
function setUp() {
  const fake = createFakeClock();
  let pausedMs = 0;
  const clock: Clock = { ...fake, nowMs: () => fake.nowMs() + pausedMs };
  const alarms = createAlarms(clock);
  const rung: Timer[] = [];
  return {
    set: (timer: Timer, afterMs: number) => alarms.set(timer, afterMs, () => rung.push(timer)),
    jump: (ms: number) => void (pausedMs += ms),
    advance: (ms: number) => fake.advance(ms),
    cancelAll: () => alarms.cancelAll(),
    rung,
  };
}

test('an alarm that comes when it is due rings', async () => {
  const { set, advance, rung } = setUp();
  set('phase', 10_000);
  await advance(9_999);
  expect(rung).toEqual([]);
  await advance(1);
  expect(rung).toEqual(['phase']);
});

test('bug: a deadline that comes long after it was due judges no start; the one after it does', async () => {
  const { set, jump, advance, rung } = setUp();
  set('phase', 10_000);
  jump(14_000); // SIGSTOP, SIGCONT
  await advance(10_000);
  expect(rung).toEqual([]);
  await advance(4_999);
  expect(rung).toEqual([]);
  await advance(1);
  expect(rung).toEqual(['phase']);
});

test('bug: a step further, read after the pause, takes the place of the late deadline', async () => {
  const { set, jump, advance, rung } = setUp();
  set('phase', 10_000);
  jump(14_000);
  await advance(10_000);
  set('phase', 60_000);
  await advance(59_999);
  expect(rung).toEqual([]);
});

test('other alarms ring however late', async () => {
  const { set, jump, advance, rung } = setUp();
  set('grace', 10_000);
  jump(14_000);
  await advance(10_000);
  expect(rung).toEqual(['grace']);
});

test('none rings once all are cancelled', async () => {
  const { set, jump, advance, cancelAll, rung } = setUp();
  set('phase', 10_000);
  jump(14_000);
  await advance(10_000);
  cancelAll();
  await advance(10_000);
  expect(rung).toEqual([]);
});
