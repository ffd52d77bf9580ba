import { describe, expect, test } from 'bun:test';
import type { RequestSize, Usage } from '../ticket.ts';
import {
  corrected,
  createEstimates,
  estimate,
  kvTokens,
  learn,
  serviceOf,
  serviceTokens,
  TENANTS_MAX,
} from './estimate.ts';

const size = (of: Partial<RequestSize> = {}): RequestSize => ({
  promptTokens: 1000,
  outputTokensMax: undefined,
  outputTokensMin: undefined,
  choices: 1,
  contextTokens: 8192,
  ...of,
});
const used = (prompt: number, completion: number): Usage => ({ prompt, completion, cached: 0 });

/** Estimates after `tenant`'s requests of 1000 guessed prompt tokens used so much. */
function taught(tenant: string, ...usages: readonly Usage[]) {
  const estimates = createEstimates();
  for (const usage of usages) learn(estimates, tenant, size(), usage);
  return estimates;
}

describe('while nothing is known', () => {
  test('the prompt is as its bytes say, and an answer 1024 tokens', () => {
    expect(estimate(createEstimates(), 'a', size())).toEqual({ promptTokens: 1000, outputTokens: 1024 });
  });

  test('an answer is no longer than asked for', () => {
    expect(
      estimate(createEstimates(), 'a', size({ outputTokensMax: 16, outputTokensMin: undefined })).outputTokens,
    ).toBe(16);
    expect(
      estimate(createEstimates(), 'a', size({ outputTokensMax: -1, outputTokensMin: undefined })).outputTokens,
    ).toBe(0);
  });

  test('prompt and answer fit the context', () => {
    const estimates = createEstimates();
    expect(estimate(estimates, 'a', size({ contextTokens: 1500 }))).toEqual({ promptTokens: 1000, outputTokens: 500 });
    expect(estimate(estimates, 'a', size({ contextTokens: 600 }))).toEqual({ promptTokens: 600, outputTokens: 0 });
    expect(kvTokens(estimate(estimates, 'a', size({ promptTokens: 10, contextTokens: undefined })))).toBe(1034);
  });

  test('every choice is an answer, up to 128', () => {
    const outputs = [3, 128, 1e9, 0].map((choices) => estimate(createEstimates(), 'a', size({ choices })).outputTokens);
    expect(outputs).toEqual([3 * 1024, 128 * 1024, 128 * 1024, 1024]);
  });
});

describe('once a tenant’s requests ended', () => {
  test('an answer is as long as three quarters of its last ones were at most', () => {
    const usages = Array.from({ length: 64 }, (_, index) => used(1000, index * 10));
    expect(estimate(taught('a', ...usages), 'a', size()).outputTokens).toBe(480);
  });

  test('only the last 64 answers count', () => {
    const long = Array.from({ length: 200 }, () => used(1000, 4000));
    const short = Array.from({ length: 64 }, () => used(1000, 50));
    expect(estimate(taught('a', ...long, ...short), 'a', size()).outputTokens).toBe(50);
    expect(estimate(taught('a', ...long, ...short.slice(0, 40)), 'a', size()).outputTokens).toBe(4000);
  });

  test('its bytes count as many tokens as they were', () => {
    const estimates = taught('a', used(250, 10), used(250, 10), used(250, 10), used(250, 10));
    expect(estimate(estimates, 'a', size({ promptTokens: 2000 })).promptTokens).toBe(500);
  });

  test('a ratio that changes is followed, and a freak kept within bounds', () => {
    const estimates = taught('a', ...Array.from({ length: 50 }, () => used(250, 10)));
    for (let index = 0; index < 50; index += 1) learn(estimates, 'a', size(), used(2000, 10));
    expect(estimate(estimates, 'a', size()).promptTokens).toBeWithin(1950, 2001);
    for (let index = 0; index < 100; index += 1) learn(estimates, 'a', size({ promptTokens: 0 }), used(100_000, 10));
    expect(estimate(estimates, 'a', size()).promptTokens).toBeWithin(3990, 4001);
  });

  test('the answers of one request with several choices count by their mean', () => {
    const estimates = createEstimates();
    for (let index = 0; index < 4; index += 1) learn(estimates, 'a', size({ choices: 4 }), used(1000, 400));
    expect(estimate(estimates, 'a', size({ choices: 2 })).outputTokens).toBe(200);
  });

  test('a prompt that nobody counted says nothing of prompts', () => {
    const estimates = taught('a', used(500, 10), used(500, 10), used(500, 10), used(0, 30), used(0, 30), used(0, 30));
    expect(estimate(estimates, 'a', size())).toEqual({ promptTokens: 500, outputTokens: 30 });
  });

  test('a tenant that is hardly known is taken for one like the others', () => {
    const estimates = taught('a', used(500, 100), used(500, 100), used(500, 100));
    learn(estimates, 'b', size(), used(500, 700));
    expect(estimate(estimates, 'b', size())).toEqual({ promptTokens: 500, outputTokens: 700 });
    expect(estimate(estimates, 'new', size()).promptTokens).toBe(500);
    for (let index = 0; index < 4; index += 1) learn(estimates, 'b', size(), used(500, 20));
    expect(estimate(estimates, 'a', size()).outputTokens).not.toBe(20);
  });
});

test('remembers so many tenants and drops those that it learnt of longest ago', () => {
  const estimates = createEstimates();
  for (let index = 0; index < 10; index += 1) learn(estimates, 'first', size(), used(1000, 7));
  for (let index = 1; index < TENANTS_MAX; index += 1) learn(estimates, `t${index}`, size(), used(1000, 99));
  learn(estimates, 'first', size(), used(1000, 7));
  learn(estimates, 'one more', size(), used(1000, 99));
  expect(estimates.tenants.size).toBe(TENANTS_MAX);
  expect(estimate(estimates, 'first', size()).outputTokens).toBe(7);
  expect(estimates.tenants.has('t1')).toBe(false);
});

test('a running request is corrected by what it used, and its answer not taken for ended', () => {
  const guess = { promptTokens: 1000, outputTokens: 300 };
  expect(corrected(guess, used(400, 10))).toEqual({ promptTokens: 400, outputTokens: 300 });
  expect(corrected(guess, used(400, 500))).toEqual({ promptTokens: 400, outputTokens: 500 });
  expect(corrected(guess, used(0, 500))).toEqual({ promptTokens: 1000, outputTokens: 500 });
});

test('room is a whole number and never nothing', () => {
  expect(kvTokens({ promptTokens: 0, outputTokens: 0 })).toBe(1);
  expect(kvTokens({ promptTokens: 10.2, outputTokens: 3 })).toBe(14);
});

test('work counts written tokens twice, and cached ones not', () => {
  expect(serviceTokens({ promptTokens: 100, outputTokens: 30 })).toBe(160);
  expect(serviceOf({ prompt: 100, completion: 30, cached: 80 })).toBe(80);
  expect(serviceOf({ prompt: 100, completion: 30, cached: 200 })).toBe(60);
});

test('bug: an answer is as long as was asked for at least, whatever short ones were learnt before', () => {
  const estimates = createEstimates();
  const asked = { promptTokens: 10, outputTokensMax: 200, outputTokensMin: undefined, choices: 4, contextTokens: 8192 };
  for (let at = 0; at < 64; at += 1) learn(estimates, 'acme', asked, { prompt: 10, completion: 40, cached: 0 });
  expect(estimate(estimates, 'acme', asked).outputTokens).toBe(40);
  expect(estimate(estimates, 'acme', { ...asked, outputTokensMin: 200 }).outputTokens).toBe(800);
  expect(estimate(estimates, 'acme', { ...asked, outputTokensMin: 9_000 }).outputTokens).toBe(800);
});
