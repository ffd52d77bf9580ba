import assert from 'node:assert/strict';
import { APIError, AuthenticationError, OpenAI, PermissionDeniedError, RateLimitError } from 'openai';
import { countingFetch, untilRefused } from '../attempts.ts';
import type { Case } from '../serve-cases.ts';
import { CONFINED_KEY, LIMITED_KEY, STRICT_SERVER } from '../setting.ts';
import { baseURL, client, EXACTLY, MESSAGES } from './client.ts';

const ask = { model: 'light', messages: MESSAGES, ...EXACTLY(1) };
const isRateLimit = (error: unknown) => error instanceof RateLimitError;

function clientWith(apiKey: string, maxRetries: number, url = baseURL) {
  const { seen, fetch } = countingFetch();
  return { seen, it: new OpenAI({ baseURL: url, apiKey, maxRetries, fetch }) };
}

const wrongKey: Case = async () => {
  const { seen, it } = clientWith('wrong', 2);
  const error = await it.chat.completions.create(ask).catch((cause: unknown) => cause);
  assert.ok(error instanceof AuthenticationError, String(error));
  assert.equal(error.code, 'invalid_api_key');
  assert.equal(seen.attempts, 1);
};

/** A 429, which every SDK tries again unless `x-should-retry` says no. */
const neverRetry: Case = async () => {
  const strict = `${STRICT_SERVER}/v1`;
  const error = await untilRefused(() => clientWith('wrong', 0, strict).it.chat.completions.create(ask), isRateLimit);
  assert.equal(error.headers?.get('x-should-retry'), 'false');
  const { seen, it } = clientWith('wrong', 2, strict);
  await assert.rejects(it.chat.completions.create(ask), RateLimitError);
  assert.equal(seen.attempts, 1);
};

/** Waits as long as the server says, no shorter, and is served. */
const retryAfter: Case = async () => {
  const error = await untilRefused(() => clientWith(LIMITED_KEY, 0).it.chat.completions.create(ask), isRateLimit);
  assert.equal(error.code, 'rate_limit_exceeded');
  assert.equal(error.headers?.get('x-should-retry'), 'true');
  assert.ok(Number(error.headers?.get('retry-after')) >= 1);
  const waitMs = Number(error.headers?.get('retry-after-ms'));
  const { seen, it } = clientWith(LIMITED_KEY, 2);
  const began = performance.now();
  await it.chat.completions.create(ask);
  assert.equal(seen.attempts, 2);
  assert.ok(performance.now() - began > waitMs * 0.5, `${performance.now() - began} ms, told ${waitMs} ms`);
};

const forbiddenModel: Case = async () => {
  const asked = clientWith(CONFINED_KEY, 0).it.chat.completions.create({ ...ask, model: 'heavy' });
  const error = await asked.catch((cause: unknown) => cause);
  assert.ok(error instanceof PermissionDeniedError, String(error));
  assert.equal(error.code, 'model_not_allowed');
};

/** The engine fails after its first token: the status has gone out, so it is an event. */
const streamError: Case = async () => {
  const stream = await client.chat.completions.create({ ...ask, stream: true, ...EXACTLY(8) });
  const error = await Array.fromAsync(stream).catch((cause: unknown) => cause);
  assert.ok(error instanceof APIError, `no API error: ${JSON.stringify(error)}`);
  assert.equal(error.code, 'engine_failed');
};

export const retryCases = {
  wrong_key: wrongKey,
  never_retry: neverRetry,
  retry_after: retryAfter,
  forbidden_model: forbiddenModel,
  stream_error: streamError,
};
