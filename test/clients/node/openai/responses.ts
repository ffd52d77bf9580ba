import assert from 'node:assert/strict';
import { APIError, NotFoundError, type OpenAI } from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import type { Case } from '../serve-cases.ts';
import { QUESTION } from '../setting.ts';
import { client } from './client.ts';

const TOKENS = 16;
const ask = { model: 'light', input: QUESTION, max_output_tokens: TOKENS, store: false };

const responses: Case = async () => {
  const answer = await client.responses.create({ ...ask, instructions: 'Be brief.' });
  assert.equal(answer.object, 'response');
  assert.ok(answer.status === 'completed' || answer.status === 'incomplete', String(answer.status));
  assert.equal(typeof answer.output_text, 'string');
  assert.ok((answer.usage?.output_tokens ?? 0) <= TOKENS);
};

const responsesStream: Case = async () => {
  const stream = await client.responses.create({ ...ask, stream: true });
  const events: OpenAI.Responses.ResponseStreamEvent[] = [];
  for await (const event of stream) events.push(event);
  assert.equal(events[0]?.type, 'response.created');
  assert.match(events.at(-1)?.type ?? '', /^response\.(completed|incomplete)$/);
  assert.deepEqual(
    events.map((it) => it.sequence_number),
    events.map((_, index) => index),
  );
};

const responsesHelper: Case = async () => {
  let streamed = '';
  const stream = client.responses.stream(ask).on('response.output_text.delta', ({ delta }) => (streamed += delta));
  const answer = await stream.finalResponse();
  assert.equal(answer.output_text, streamed);
};

const responsesParse: Case = async () => {
  const colour = z.object({ colour: z.enum(['red', 'green']), bright: z.boolean() });
  const answer = await client.responses.parse({
    ...ask,
    max_output_tokens: 200,
    text: { format: zodTextFormat(colour, 'colour') },
  });
  assert.ok(colour.safeParse(answer.output_parsed).success, answer.output_text);
};

/** Nothing is stored here, so there is nothing to go on from. */
const responsesStored: Case = async () => {
  const error = await client.responses.create({ ...ask, previous_response_id: 'resp_1' }).catch((it: unknown) => it);
  assert.ok(error instanceof APIError, `no API error: ${JSON.stringify(error)}`);
  assert.ok(error.status === 400 || error.status === 404, String(error.status));
  assert.equal(typeof error.code, 'string');
};

/** No pool here has a model that embeds. */
const embeddings: Case = async () => {
  const error = await client.embeddings.create({ model: 'heavy', input: QUESTION }).catch((it: unknown) => it);
  assert.ok(error instanceof NotFoundError || (error instanceof APIError && error.status === 400), String(error));
};

export const responseCases = {
  responses,
  responses_stream: responsesStream,
  responses_helper: responsesHelper,
  responses_parse: responsesParse,
  responses_stored: responsesStored,
  embeddings,
};
