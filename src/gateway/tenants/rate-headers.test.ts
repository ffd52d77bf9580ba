import { expect, test } from 'bun:test';
import { rateHeaders } from './rate-headers.ts';

const limits = { weight: 1, depthMax: 10, requestsPerMinute: 60, tokensPerMinute: 1000 };
const rate = { requests: { remaining: 59, resetMs: 1000 }, tokens: { remaining: 12.7, resetMs: 59_240 } };

test("OpenAI's six", () => {
  expect(rateHeaders(rate, limits)).toEqual({
    'x-ratelimit-limit-requests': '60',
    'x-ratelimit-remaining-requests': '59',
    'x-ratelimit-reset-requests': '1s',
    'x-ratelimit-limit-tokens': '1000',
    'x-ratelimit-remaining-tokens': '12',
    'x-ratelimit-reset-tokens': '59.24s',
  });
});

test('only those of limits there are', () => {
  const tokensAlone = rateHeaders({ ...rate, requests: undefined }, { ...limits, requestsPerMinute: undefined });
  expect(Object.keys(tokensAlone)).toEqual([
    'x-ratelimit-limit-tokens',
    'x-ratelimit-remaining-tokens',
    'x-ratelimit-reset-tokens',
  ]);
  expect(rateHeaders(undefined, limits)).toEqual({});
});

test('an allowance that is overdrawn has nothing left, not less', () => {
  const overdrawn = { requests: { remaining: -3, resetMs: 1 }, tokens: undefined };
  expect(rateHeaders(overdrawn, limits)).toMatchObject({ 'x-ratelimit-remaining-requests': '0' });
});
