import { describe, expect, test } from 'bun:test';
import { began, createReading, looked, promptsWanted, sent, type Reading } from './reading.ts';

const PROMPT = 200;

/** Of an engine whose prompts are so long. */
const fresh = (meanTokens = PROMPT): Reading => ({ ...createReading(), meanTokens });

/** A replica that reads so many tokens a ms, in order; it is given what it is said to want, every 10 ms. */
function given(reading: Reading, tokensPerMs: number, ms: number, isStreamed = true) {
  const waiting: { readonly claim: string; readonly readAtMs: number }[] = [];
  let freeAtMs = 0;
  let count = 0;
  let mostAheadMs = 0;
  for (let nowMs = 0; nowMs < ms; nowMs += 10) {
    for (let next = waiting[0]; next !== undefined && next.readAtMs <= nowMs; next = waiting[0]) {
      waiting.shift();
      if (isStreamed) began(reading, next.claim, nowMs);
    }
    for (let wanted = promptsWanted(reading, nowMs); wanted > 0; wanted -= 1) {
      count += 1;
      freeAtMs = Math.max(freeAtMs, nowMs) + PROMPT / tokensPerMs;
      waiting.push({ claim: `${count}`, readAtMs: freeAtMs });
      sent(reading, `${count}`, PROMPT, nowMs);
    }
    if (nowMs > ms / 2) mostAheadMs = Math.max(mostAheadMs, freeAtMs - nowMs);
    if (nowMs % 1000 === 990) looked(reading, waiting.length);
  }
  return { tokensPerMs: (count * PROMPT) / ms, mostAheadMs };
}

/** As many as it wants of it at once. */
function filled(nowMs = 0) {
  const reading = fresh();
  const count = promptsWanted(reading, nowMs);
  for (let index = 0; index < count; index += 1) sent(reading, `${index}`, PROMPT, nowMs);
  return { reading, count };
}

test('an engine is given what it reads in a fifth of a second, and no more', () => {
  const { reading, count } = filled();
  expect(count).toBe(2);
  expect(promptsWanted(reading, 0)).toBe(0);
  expect(promptsWanted(fresh(20), 0)).toBe(20);
});

test('it may have two prompts at any rate, however long', () => {
  const reading = fresh(100_000);
  expect(promptsWanted(reading, 0)).toBe(2);
  sent(reading, 'one', 100_000, 0);
  expect(promptsWanted(reading, 0)).toBe(1);
});

describe('room is there again', () => {
  test('when an answer begins: what was sent before is read too', () => {
    const { reading, count } = filled();
    began(reading, `${count - 1}`, 50);
    expect(promptsWanted(reading, 50)).toBe(count);
    expect(reading).toMatchObject({ unreadTokens: 0 });
  });

  test('when twice the time is over that it should take: not every answer tells when it begins', () => {
    const { reading } = filled();
    expect(promptsWanted(reading, 199)).toBe(0);
    expect(promptsWanted(reading, 200)).toBe(1);
    expect(promptsWanted(reading, 400)).toBe(2);
  });

  test('once only: what comes later of the same claim is no news', () => {
    const { reading } = filled();
    began(reading, '0', 50);
    began(reading, '0', 51);
    began(reading, 'never sent', 52);
    expect(reading.unreadTokens).toBe(PROMPT);
  });
});

describe('its pace is found out', () => {
  test.each([0.5, 4, 40])(
    'by answers that begin, at %p tokens a ms: it idles little and has little before it',
    (pace) => {
      const { tokensPerMs, mostAheadMs } = given(createReading(), pace, 60_000);
      expect(tokensPerMs).toBeGreaterThan(pace * 0.8);
      expect(mostAheadMs).toBeLessThan(Math.max(400, (3 * PROMPT) / pace));
    },
  );

  test('without any, by what waits inside the engine: it is kept busy, and not flooded', () => {
    const fast = given(createReading(), 10, 60_000, false);
    expect(fast.tokensPerMs).toBeGreaterThan(5);
    const slow = given(createReading(), 0.5, 60_000, false);
    expect(slow.mostAheadMs).toBeLessThan(5000);
  });

  test('a look changes nothing where the engine was given all there was', () => {
    const reading = createReading();
    looked(reading, 0);
    looked(reading, undefined);
    looked(reading, 2);
    expect(reading.tokensPerMs).toBe(createReading().tokensPerMs);
  });
});
