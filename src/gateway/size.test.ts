import { expect, test } from 'bun:test';
import { requestSize } from './size.ts';

const shape = { bodyBytes: 4001, outputTokensMax: 200, outputTokensMin: undefined, choices: 3, usesTools: false };

test('the prompt from its bytes, rounded up; the rest as the request and the model say', () => {
  expect(requestSize(shape, 8192)).toEqual({
    promptTokens: 1001,
    outputTokensMax: 200,
    outputTokensMin: undefined,
    choices: 3,
    contextTokens: 8192,
  });
});

test('what is not said is not guessed here: the queue knows what such requests used lately', () => {
  const size = requestSize({ ...shape, outputTokensMax: undefined, outputTokensMin: undefined }, undefined);
  expect(size).toMatchObject({ outputTokensMax: undefined, outputTokensMin: undefined, contextTokens: undefined });
});
