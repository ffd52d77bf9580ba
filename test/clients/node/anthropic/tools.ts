import assert from 'node:assert/strict';
import type Anthropic from '@anthropic-ai/sdk';
import { betaZodTool } from '@anthropic-ai/sdk/helpers/beta/zod';
import { z } from 'zod';
import type { Case } from '../serve-cases.ts';
import { TOOL_QUESTION } from '../setting.ts';
import { client } from './client.ts';

const TOKENS = 200;
const WEATHER: Anthropic.Tool = {
  name: 'weather',
  description: 'The weather of a city.',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const ASK: Anthropic.MessageParam[] = [{ role: 'user', content: TOOL_QUESTION }];

const toolUse: Case = async () => {
  const answer = await client.messages.create({
    model: 'heavy',
    messages: ASK,
    max_tokens: TOKENS,
    tools: [WEATHER],
    tool_choice: { type: 'tool', name: 'weather' },
  });
  assert.equal(answer.stop_reason, 'tool_use');
  const use = answer.content.find((it) => it.type === 'tool_use');
  assert.equal(use?.name, 'weather');
  assert.ok(use.input instanceof Object && 'city' in use.input);
};

const toolStream: Case = async () => {
  const running = client.messages.stream({
    model: 'heavy',
    messages: ASK,
    max_tokens: TOKENS,
    tools: [WEATHER],
    tool_choice: { type: 'tool', name: 'weather' },
  });
  const use = (await running.finalMessage()).content.find((it) => it.type === 'tool_use');
  assert.ok(use?.input instanceof Object && 'city' in use.input);
};

/** A call that is answered is part of the next request. */
const toolResult: Case = async () => {
  const answer = await client.messages.create({
    model: 'light',
    max_tokens: 8,
    tools: [WEATHER],
    messages: [
      ...ASK,
      { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Rome' } }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'sunny' }] },
    ],
  });
  assert.equal(answer.role, 'assistant');
};

/** The SDK's own loop: it calls the function and sends what that says back, until there is an answer in words. */
const toolRunner: Case = async () => {
  const cities: string[] = [];
  const weather = betaZodTool({
    name: 'weather',
    description: 'The weather of a city.',
    inputSchema: z.object({ city: z.string() }),
    run: ({ city }) => {
      cities.push(city);
      return 'sunny';
    },
  });
  const last = await client.beta.messages.toolRunner({
    model: 'heavy',
    messages: [{ role: 'user', content: TOOL_QUESTION }],
    max_tokens: TOKENS,
    max_iterations: 4,
    tools: [weather],
  });
  assert.equal(cities.length, 1);
  assert.ok(last.content.some((it) => it.type === 'text'));
};

export const toolCases = {
  tool_use: toolUse,
  tool_stream: toolStream,
  tool_result: toolResult,
  tool_runner: toolRunner,
};
