import { expect, test } from 'bun:test';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { KEEP_ALIVE_MS, keepAlive } from './keep-alive.ts';

/** A stream that lies still until `come` is called; counts what was said. */
function watched() {
  const clock = createFakeClock();
  let events = 0;
  let said = 0;
  const cancel = keepAlive({ events: () => events }, clock, () => (said += 1));
  return { clock, cancel, come: () => void (events += 1), said: () => said };
}

test('a silent stream says so every ten seconds', async () => {
  const it = watched();
  await it.clock.advance(KEEP_ALIVE_MS - 1);
  expect(it.said()).toBe(0);
  await it.clock.advance(1);
  expect(it.said()).toBe(1);
  await it.clock.advance(3 * KEEP_ALIVE_MS);
  expect(it.said()).toBe(4);
});

test('one that flows, however slowly, says nothing', async () => {
  const it = watched();
  for (let i = 0; i < 20; i += 1) {
    it.come();
    await it.clock.advance(KEEP_ALIVE_MS - 1000);
  }
  expect(it.said()).toBe(0);
});

test('silence counts from the last event, not from the beginning', async () => {
  const it = watched();
  await it.clock.advance(9000);
  it.come();
  await it.clock.advance(9000);
  expect(it.said()).toBe(0);
  await it.clock.advance(4000);
  expect(it.said()).toBe(1);
});

test('a stream that has ended leaves no timer', () => {
  const it = watched();
  it.cancel();
  expect(it.clock.nextInMs()).toBeUndefined();
});
