import assert from 'node:assert/strict';
import { APICallError, generateText, streamText } from 'ai';
import { untilRefused } from '../attempts.ts';
import type { Case } from '../serve-cases.ts';
import { LIMITED_KEY, LONG_TOKENS, PATIENCE_MS, QUESTION, TOO_LONG } from '../setting.ts';
import { provider, providerWith } from './provider.ts';

const ask = { prompt: QUESTION, maxOutputTokens: 1, maxRetries: 0 };
/** vLLM's own field, which makes the length of an answer certain, passes by way of the provider's options. */
const long = {
  ...ask,
  model: provider('heavy'),
  maxOutputTokens: LONG_TOKENS,
  providerOptions: { sswInfer: { ignore_eos: true } },
};
const isRateLimit = (error: unknown) => APICallError.isInstance(error) && error.statusCode === 429;

async function refusal(asked: Promise<unknown>): Promise<APICallError> {
  const error = await asked.catch((cause: unknown) => cause);
  assert.ok(APICallError.isInstance(error), `no API error: ${String(error)}`);
  return error;
}

const unknownModel: Case = async () => {
  const error = await refusal(generateText({ ...ask, model: provider('no-such-model') }));
  assert.equal(error.statusCode, 404);
  assert.equal(error.isRetryable, false);
  assert.match(error.message, /heavy/, 'the message lists what there is');
};

const badParameter: Case = async () => {
  const error = await refusal(generateText({ ...ask, model: provider('heavy'), temperature: 9 }));
  assert.equal(error.statusCode, 400);
  assert.match(error.message, /temperature/);
};

const tooLong: Case = async () => {
  const error = await refusal(generateText({ ...ask, model: provider('heavy'), prompt: TOO_LONG }));
  assert.equal(error.statusCode, 400);
  assert.match(String(error.responseBody), /context_length_exceeded/);
};

const wrongKey: Case = async () => {
  const error = await refusal(generateText({ ...ask, model: providerWith('wrong').it('light') }));
  assert.equal(error.statusCode, 401);
  assert.equal(error.isRetryable, false);
};

/** Waits as long as the server says, no shorter, and is served. */
const retryAfter: Case = async () => {
  const limited = () => generateText({ ...ask, model: providerWith(LIMITED_KEY).it('light') });
  await untilRefused(limited, (error): error is APICallError => isRateLimit(error));
  const { seen, it } = providerWith(LIMITED_KEY);
  await generateText({ ...ask, maxRetries: 2, model: it('light') });
  assert.equal(seen.attempts, 2);
};

/** The engine fails after its first token: the status has gone out, so it is an event. */
const streamError: Case = async () => {
  const errors: unknown[] = [];
  const result = streamText({
    ...ask,
    model: provider('light'),
    maxOutputTokens: 64,
    onError: ({ error }) => void errors.push(error),
  });
  await result.consumeStream();
  assert.equal(errors.length, 1);
  assert.match(JSON.stringify(errors[0]) + String(errors[0]), /engine/i);
};

/** The engine stops here too, as its own counters tell. */
const timeOut: Case = async () => {
  const abortSignal = AbortSignal.timeout(PATIENCE_MS);
  const asked = generateText({ ...long, abortSignal });
  await assert.rejects(asked, /timeout|aborted/i);
};

const cancel: Case = async () => {
  const leaving = new AbortController();
  const result = streamText({
    ...long,
    abortSignal: leaving.signal,
    onError: () => undefined,
  });
  let read = 0;
  for await (const _ of result.textStream) if ((read += 1) === 4) leaving.abort();
  assert.ok(read >= 4);
};

export const refusalCases = {
  unknown_model: unknownModel,
  bad_parameter: badParameter,
  too_long: tooLong,
  wrong_key: wrongKey,
  retry_after: retryAfter,
  stream_error: streamError,
  time_out: timeOut,
  cancel,
};
