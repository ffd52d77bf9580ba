import { expect, test } from 'bun:test';
import { scanFor } from '../fixtures/rules.ts';
import { checkRequest } from './check-request.ts';

const CARD = { pattern: '\\d{16}', replacement: '#' };

test('a long request lets others go first, and is looked at as one', async () => {
  let pauses = 0;
  const pause = () => Promise.resolve(void (pauses += 1));
  const before = 'x'.repeat(65_530);
  const request = { prompt: `${before}4111111111111111${'x'.repeat(200_000)}` };
  const checked = await checkRequest(request, scanFor(CARD), pause);
  expect([checked?.texts, checked?.changed]).toEqual([[`${before}#${'x'.repeat(200_000)}`], true]);
  expect(pauses).toBe(4);
});

test('many small texts count together', async () => {
  let pauses = 0;
  const pause = () => Promise.resolve(void (pauses += 1));
  const messages = Array.from({ length: 1_000 }, () => ({ role: 'user', content: 'x'.repeat(200) }));
  const checked = await checkRequest({ messages }, scanFor(CARD), pause);
  expect([checked?.changed, pauses]).toEqual([false, 3]);
});

test('one that nests without end is not looked at', async () => {
  const request: Record<string, unknown> = JSON.parse(`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`);
  expect(await checkRequest(request, scanFor(CARD), () => Promise.resolve())).toBeUndefined();
});
