import assert from 'node:assert/strict';
import { APIError, BadRequestError, NotFoundError, type OpenAI } from 'openai';
import type { Case } from '../serve-cases.ts';
import { TOO_LONG } from '../setting.ts';
import { client, MESSAGES } from './client.ts';

type Body = OpenAI.ChatCompletionCreateParamsNonStreaming;

async function refusal(body: Body): Promise<APIError> {
  const answer = await client.chat.completions.create(body).catch((error: unknown) => error);
  assert.ok(answer instanceof APIError, `no API error: ${JSON.stringify(answer)}`);
  return answer;
}

const unknownModel: Case = async () => {
  const error = await refusal({ model: 'no-such-model', messages: MESSAGES });
  assert.ok(error instanceof NotFoundError);
  assert.equal(error.code, 'model_not_found');
  assert.match(error.message, /heavy/, 'the message lists what there is');
};

/** Refused by vLLM itself; its numeric code must have become a word. */
const badParameter: Case = async () => {
  const error = await refusal({ model: 'heavy', messages: MESSAGES, temperature: 9 });
  assert.ok(error instanceof BadRequestError);
  assert.equal(error.code, 'invalid_request_error');
  assert.match(error.message, /temperature/);
};

const tooLong: Case = async () => {
  const error = await refusal({
    model: 'light',
    messages: [{ role: 'user', content: TOO_LONG }],
    max_tokens: 5,
  });
  assert.ok(error instanceof BadRequestError);
  assert.equal(error.code, 'context_length_exceeded');
};

const unknownUrl: Case = async () => {
  await assert.rejects(client.get('/no/such/thing'), NotFoundError);
};

export const errorCases = {
  unknown_model: unknownModel,
  bad_parameter: badParameter,
  too_long: tooLong,
  unknown_url: unknownUrl,
};
