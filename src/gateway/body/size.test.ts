import { expect, test } from 'bun:test';
import { requestSize } from './size.ts';

const shape = { bodyBytes: 4001, outputTokensMax: 200, outputTokensMin: undefined, choices: 3 };

test('the prompt from its bytes, rounded up; the rest as the request and the model say', () => {
  expect(requestSize(shape, 'generate', 8192)).toEqual({
    promptTokens: 1001,
    outputTokensMax: 200,
    outputTokensMin: undefined,
    choices: 3,
    contextTokens: 8192,
  });
});

test('what is not said is not guessed here: the queue knows what such requests used lately', () => {
  const size = requestSize({ ...shape, outputTokensMax: undefined, outputTokensMin: undefined }, 'generate', undefined);
  expect(size).toMatchObject({ outputTokensMax: undefined, outputTokensMin: undefined, contextTokens: undefined });
});

test('an embedding is its prompt; counting tokens is next to nothing, however long the text', () => {
  const embedding = requestSize(shape, 'read', 8192);
  expect(embedding).toMatchObject({ promptTokens: 1001, outputTokensMax: 1, choices: 1, contextTokens: 8192 });
  expect(requestSize(shape, 'count', 8192)).toMatchObject({ promptTokens: 1, outputTokensMax: 1, choices: 1 });
});
