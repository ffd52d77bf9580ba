import { describe, expect, test } from 'bun:test';
import { began, createReading, ended, looked, promptsWanted, sent, type Reading } from './reading.ts';

const PROMPT = 200;
const ROOMY = { roomTokens: 50_000, budgetTokens: 60_000 };
const FULL = { roomTokens: 1000, budgetTokens: 60_000 };

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
    for (let wanted = promptsWanted(reading, ROOMY, nowMs); wanted > 0; wanted -= 1) {
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
  const count = promptsWanted(reading, ROOMY, nowMs);
  for (let index = 0; index < count; index += 1) sent(reading, `${index}`, PROMPT, nowMs);
  return { reading, count };
}

test('an engine is given what it reads in a fifth of a second, and no more', () => {
  const { reading, count } = filled();
  expect(count).toBe(2);
  expect(promptsWanted(reading, ROOMY, 0)).toBe(0);
  expect(promptsWanted(fresh(20), ROOMY, 0)).toBe(20);
});

test('it may have two prompts at any rate, however long', () => {
  const reading = fresh(100_000);
  expect(promptsWanted(reading, ROOMY, 0)).toBe(2);
  sent(reading, 'one', 100_000, 0);
  expect(promptsWanted(reading, ROOMY, 0)).toBe(1);
});

describe('room is there again', () => {
  test('when an answer begins: what was sent before is read too', () => {
    const { reading, count } = filled();
    began(reading, `${count - 1}`, 200);
    expect(promptsWanted(reading, ROOMY, 200)).toBe(count);
    expect(reading).toMatchObject({ unreadTokens: 0 });
  });

  test('when twice the time is over that it should take: not every answer tells when it begins', () => {
    const { reading } = filled();
    expect(promptsWanted(reading, ROOMY, 199)).toBe(0);
    expect(promptsWanted(reading, ROOMY, 200)).toBe(1);
    expect(promptsWanted(reading, ROOMY, 400)).toBe(2);
  });

  test('when an answer ends: what was sent before is read too', () => {
    const { reading, count } = filled();
    ended(reading, `${count - 1}`, true, 200);
    expect(reading.unreadPrompts).toBe(0);
  });

  test('when one fails: that says nothing of the others', () => {
    const { reading, count } = filled();
    ended(reading, `${count - 1}`, false, 200);
    expect(reading.unreadPrompts).toBe(count - 1);
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
      expect(mostAheadMs).toBeLessThanOrEqual(Math.max(400, (3 * PROMPT) / pace));
    },
  );

  test('by answers that come in one piece, where that is soon: within a second it is given all there is', () => {
    const reading = createReading();
    let claims = 0;
    for (let nowMs = 0; nowMs < 1000; nowMs += 5) {
      const batch: string[] = [];
      for (let wanted = Math.min(promptsWanted(reading, ROOMY, nowMs), 256); wanted > 0; wanted -= 1) {
        claims += 1;
        batch.push(`${claims}`);
        sent(reading, `${claims}`, PROMPT, nowMs);
      }
      for (const claim of batch) ended(reading, claim, true, nowMs + 4);
    }
    expect(promptsWanted(reading, ROOMY, 1000)).toBeGreaterThan(256);
  });

  test('not by such as come late: most of that was writing', () => {
    const { reading, count } = filled();
    for (let at = 0; at < count; at += 1) ended(reading, `${at}`, true, 20_000);
    expect(reading.tokensPerMs).toBe(createReading().tokensPerMs);
  });

  test('without any, by what waits inside the engine: it is kept busy, and not flooded', () => {
    const fast = given(createReading(), 10, 60_000, false);
    expect(fast.tokensPerMs).toBeGreaterThan(5);
    const slow = given(createReading(), 0.5, 60_000, false);
    expect(slow.mostAheadMs).toBeLessThan(5000);
  });

  test('where it lacks nothing but reading it is given more of it at once, until it is full', () => {
    const reading = fresh();
    const looks = (count: number, room: typeof ROOMY) => {
      for (let look = 0; look < count; look += 1) {
        for (let wanted = promptsWanted(reading, room, 0); wanted > 0; wanted -= 1)
          sent(reading, `${look} ${wanted}`, PROMPT, 0);
        promptsWanted(reading, room, 0);
        looked(reading, 0);
      }
    };
    looks(20, ROOMY);
    expect(reading.aheadMs).toBe(200); // an engine that fills up is soon full
    looks(20, ROOMY);
    expect(reading.aheadMs).toBe(2000);
    looks(30, FULL);
    expect(reading.aheadMs).toBe(200);
  });

  test('nor is it left idle where it tells nothing', () => {
    const reading = fresh();
    for (let look = 0; look < 30; look += 1) {
      for (let at = 0; at < 3; at += 1) sent(reading, `${look} ${at}`, PROMPT, look * 1000);
      promptsWanted(reading, ROOMY, look * 1000);
      looked(reading, undefined);
    }
    expect(reading.tokensPerMs).toBeGreaterThan(3);
  });

  test('a look changes nothing where the engine was given all there was', () => {
    const reading = createReading();
    looked(reading, 0);
    looked(reading, undefined);
    looked(reading, 2);
    expect(reading.tokensPerMs).toBe(createReading().tokensPerMs);
  });
});
