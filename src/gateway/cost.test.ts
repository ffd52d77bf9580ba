import { expect, test } from 'bun:test';
import { costTokens } from './cost.ts';

const shape = { bodyBytes: 4000, outputTokensMax: 200, choices: 1, usesTools: false };

test.each([
  ['prompt and output', shape, 8192, 1200],
  ['no bound on the output: a usual one is assumed', { ...shape, outputTokensMax: undefined }, 8192, 2024],
  ['never beyond the context', { ...shape, outputTokensMax: 1_000_000 }, 8192, 8192],
  ['a prompt beyond the context is the context', { ...shape, bodyBytes: 4_000_000 }, 8192, 8192],
  ['several answers share the prompt', { ...shape, choices: 3 }, 8192, 1600],
  ['an absurd number of answers is bounded', { ...shape, choices: 1e9 }, 8192, 1000 + 128 * 200],
  ['an unknown context bounds nothing', { ...shape, outputTokensMax: 50_000 }, undefined, 51_000],
  ['at least one token', { ...shape, bodyBytes: 0, outputTokensMax: 0 }, 8192, 1],
])('%s', (_, given, context, tokens) => {
  expect(costTokens(given, context)).toBe(tokens);
});
