import assert from 'node:assert/strict';
import Anthropic, {
  APIConnectionTimeoutError,
  APIError,
  AuthenticationError,
  BadRequestError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
} from '@anthropic-ai/sdk';
import { countingFetch, untilRefused } from '../attempts.ts';
import type { Case } from '../serve-cases.ts';
import { CONFINED_KEY, LIMITED_KEY, LONG_TOKENS, PATIENCE_MS, SERVER, STRICT_SERVER, TOO_LONG } from '../setting.ts';
import { ASK, client } from './client.ts';

const isRateLimit = (error: unknown) => error instanceof RateLimitError;
const one = { ...ASK, max_tokens: 1 };

async function refusal(asked: Promise<unknown>): Promise<APIError> {
  const error = await asked.catch((cause: unknown) => cause);
  assert.ok(error instanceof APIError, `no API error: ${JSON.stringify(error)}`);
  return error;
}

function clientWith(apiKey: string, maxRetries: number, baseURL = SERVER) {
  const { seen, fetch } = countingFetch();
  return { seen, it: new Anthropic({ baseURL, apiKey, maxRetries, fetch }) };
}

const unknownModel: Case = async () => {
  const error = await refusal(client.messages.create({ ...ASK, model: 'no-such-model' }));
  assert.ok(error instanceof NotFoundError);
  assert.equal(error.type, 'not_found_error');
  assert.match(error.message, /heavy/, 'the message lists what there is');
};

const badParameter: Case = async () => {
  const hot = { ...ASK, temperature: 9 }; // a field that the SDK's types no longer have
  const error = await refusal(client.messages.create(hot));
  assert.ok(error instanceof BadRequestError, error.message);
  assert.equal(error.type, 'invalid_request_error');
};

const tooLong: Case = async () => {
  const error = await refusal(client.messages.create({ ...ASK, messages: [{ role: 'user', content: TOO_LONG }] }));
  assert.ok(error instanceof BadRequestError, error.message);
  assert.equal(error.type, 'invalid_request_error');
};

/** Nothing of Anthropic's batches is here; what is missing is told in its shape. */
const unknownUrl: Case = async () => {
  const error = await refusal(client.messages.batches.retrieve('msgbatch_1'));
  assert.ok(error instanceof NotFoundError, error.message);
  assert.equal(error.type, 'not_found_error');
};

const wrongKey: Case = async () => {
  const { seen, it } = clientWith('wrong', 2);
  const error = await refusal(it.messages.create(one));
  assert.ok(error instanceof AuthenticationError, error.message);
  assert.equal(error.type, 'authentication_error');
  assert.equal(seen.attempts, 1);
};

/** A 429, which every SDK tries again unless `x-should-retry` says no. */
const neverRetry: Case = async () => {
  const error = await untilRefused(() => clientWith('wrong', 0, STRICT_SERVER).it.messages.create(one), isRateLimit);
  assert.equal(error.headers?.get('x-should-retry'), 'false');
  const { seen, it } = clientWith('wrong', 2, STRICT_SERVER);
  await assert.rejects(it.messages.create(one), RateLimitError);
  assert.equal(seen.attempts, 1);
};

/** Waits as long as the server says, no shorter, and is served. */
const retryAfter: Case = async () => {
  const error = await untilRefused(() => clientWith(LIMITED_KEY, 0).it.messages.create(one), isRateLimit);
  assert.equal(error.type, 'rate_limit_error');
  const waitMs = Number(error.headers?.get('retry-after-ms'));
  const { seen, it } = clientWith(LIMITED_KEY, 2);
  const began = performance.now();
  await it.messages.create(one);
  assert.equal(seen.attempts, 2);
  assert.ok(performance.now() - began > waitMs * 0.5, `${performance.now() - began} ms, told ${waitMs} ms`);
};

const forbiddenModel: Case = async () => {
  const error = await refusal(clientWith(CONFINED_KEY, 0).it.messages.create({ ...one, model: 'heavy' }));
  assert.ok(error instanceof PermissionDeniedError, error.message);
  assert.equal(error.type, 'permission_error');
};

/** The engine fails after its first token: the status has gone out, so it is an event. */
const streamError: Case = async () => {
  const error = await refusal(client.messages.stream({ ...ASK, max_tokens: 64 }).finalMessage());
  assert.equal(error.type, 'api_error');
};

/** What is not streamed has the patience that is asked for, and no more. */
const silence: Case = async () => {
  const asked = client.messages.create({ ...ASK, model: 'heavy', max_tokens: LONG_TOKENS }, { timeout: PATIENCE_MS });
  await assert.rejects(asked, APIConnectionTimeoutError);
};

const cancel: Case = async () => {
  const stream = await client.messages.create({ ...ASK, model: 'heavy', max_tokens: LONG_TOKENS, stream: true });
  const read: string[] = [];
  for await (const event of stream) {
    read.push(event.type);
    if (read.length === 4) break;
  }
  assert.equal(read.length, 4);
};

export const refusalCases = {
  unknown_model: unknownModel,
  bad_parameter: badParameter,
  too_long: tooLong,
  unknown_url: unknownUrl,
  wrong_key: wrongKey,
  never_retry: neverRetry,
  retry_after: retryAfter,
  forbidden_model: forbiddenModel,
  stream_error: streamError,
  silence,
  cancel,
};
