import { afterAll, beforeAll, expect, test } from 'bun:test';
import OpenAI from 'openai';
import { FAST_LIMITS, FAST_REPLICAS, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
let client: OpenAI;
beforeAll(async () => {
  node = await startNode(FAST_REPLICAS + FAST_LIMITS);
  await node.allReady();
  client = new OpenAI({ baseURL: `${await node.url()}/v1`, apiKey: 'none' });
});
afterAll(() => node[Symbol.asyncDispose]());

const messages = [{ role: 'user' as const, content: 'Hello' }];

test('chat, with a request id', async () => {
  const { data, request_id } = await client.chat.completions
    .create({ model: 'heavy', messages, max_tokens: 5 })
    .withResponse();
  expect(data.usage?.completion_tokens).toBe(5);
  expect(request_id).toBeString();
});

test('streaming with usage', async () => {
  const stream = await client.chat.completions.create({
    model: 'light',
    messages,
    max_tokens: 5,
    stream: true,
    stream_options: { include_usage: true },
  });
  const chunks = await Array.fromAsync(stream);
  expect(chunks.at(-1)?.usage?.completion_tokens).toBe(5);
  expect(chunks.filter((it) => it.choices[0]?.finish_reason != null)).toHaveLength(1);
});

test('a tool call', async () => {
  const reply = await client.chat.completions.create({
    model: 'heavy',
    messages,
    tools: [
      {
        type: 'function',
        function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
      },
    ],
    tool_choice: 'required',
  });
  const [call] = reply.choices[0]?.message.tool_calls ?? [];
  expect(call).toMatchObject({ type: 'function', function: { name: 'weather', arguments: expect.any(String) } });
});

test('an unknown model is the SDK’s NotFoundError, not retried', async () => {
  const error = await client.chat.completions.create({ model: 'gpt-4o', messages }).catch((it: unknown) => it);
  expect(error).toBeInstanceOf(OpenAI.NotFoundError);
  expect(error).toMatchObject({ status: 404, code: 'model_not_found' });
});

test('an engine’s refusal is its BadRequestError', async () => {
  const error = await client.chat.completions
    .create({ model: 'heavy', messages, max_tokens: 1e6 })
    .catch((it: unknown) => it);
  expect(error).toBeInstanceOf(OpenAI.BadRequestError);
});

test('models are listed', async () => {
  const models = await Array.fromAsync(client.models.list());
  expect(models.map((it) => it.id)).toContain('heavy');
});
