import assert from 'node:assert/strict';
import { generateText, isStepCount, Output, streamText, tool } from 'ai';
import { z } from 'zod';
import type { Case } from '../serve-cases.ts';
import { MODELS, QUESTION, TOOL_QUESTION } from '../setting.ts';
import { provider } from './provider.ts';

const TOKENS = 16;
const CALL_TOKENS = 200;
const ask = { prompt: QUESTION, maxOutputTokens: TOKENS, maxRetries: 0 };

const generate: Case = async () => {
  for (const model of MODELS) {
    const { text, finishReason, usage, response } = await generateText({ ...ask, model: provider(model) });
    assert.equal(typeof text, 'string');
    assert.match(finishReason, /^(stop|length)$/);
    assert.ok((usage.outputTokens ?? 0) > 0 && (usage.outputTokens ?? 0) <= TOKENS);
    assert.ok(response.headers?.['x-request-id']);
  }
};

const stream: Case = async () => {
  const result = streamText({ ...ask, model: provider('light') });
  let streamed = '';
  for await (const delta of result.textStream) streamed += delta;
  assert.equal(await result.text, streamed);
  assert.ok(((await result.usage).outputTokens ?? 0) > 0);
};

/** The SDK makes the schema, and the answer an object of the type. */
const object: Case = async () => {
  const schema = z.object({ colour: z.enum(['red', 'green']), bright: z.boolean() });
  const { output } = await generateText({
    ...ask,
    model: provider('heavy'),
    maxOutputTokens: CALL_TOKENS,
    output: Output.object({ schema }),
  });
  assert.ok(schema.safeParse(output).success);
};

/** The SDK's own loop: it calls the function and sends what that says back, until there is an answer in words. */
const toolLoop: Case = async () => {
  const cities: string[] = [];
  const weather = tool({
    description: 'The weather of a city.',
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => {
      cities.push(city);
      return 'sunny';
    },
  });
  const { text, steps } = await generateText({
    model: provider('heavy'),
    prompt: TOOL_QUESTION,
    maxRetries: 0,
    maxOutputTokens: CALL_TOKENS,
    tools: { weather },
    stopWhen: isStepCount(4),
  });
  assert.equal(cities.length, 1);
  assert.equal(steps.length, 2);
  assert.ok(text.length > 0);
};

const toolStream: Case = async () => {
  const weather = tool({
    description: 'The weather.',
    inputSchema: z.object({ city: z.string() }),
    execute: async () => 'sunny',
  });
  const result = streamText({
    model: provider('heavy'),
    prompt: TOOL_QUESTION,
    maxRetries: 0,
    maxOutputTokens: CALL_TOKENS,
    tools: { weather },
  });
  const [call] = await result.toolCalls;
  assert.equal(call?.toolName, 'weather');
};

export const textCases = { generate, stream, object, tool_loop: toolLoop, tool_stream: toolStream };
