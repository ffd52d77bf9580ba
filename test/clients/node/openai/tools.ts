import assert from 'node:assert/strict';
import type OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import type { Case } from '../serve-cases.ts';
import { TOOL_QUESTION } from '../setting.ts';
import { client, MESSAGES } from './client.ts';

const TOKENS = 200;

const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const ASK: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: TOOL_QUESTION }];

/** The SDK's own loop: it calls the function and sends what that says back, until there is an answer in words. */
const runTools: Case = async () => {
  const cities: unknown[] = [];
  const weather = async (city: unknown): Promise<string> => {
    cities.push(city);
    return 'sunny';
  };
  const runner = client.chat.completions.runTools({
    model: 'heavy',
    messages: ASK,
    max_tokens: TOKENS,
    tools: [
      {
        type: 'function',
        function: { name: 'weather', description: 'The weather.', parameters, parse: JSON.parse, function: weather },
      },
    ],
  });
  assert.ok((await runner.finalContent())?.length);
  assert.equal(cities.length, 1);
  assert.deepEqual(
    runner.messages.map((it) => it.role),
    ['user', 'assistant', 'tool', 'assistant'],
  );
};

/** The same by hand: a call that is answered is part of the next request. */
const toolAnswer: Case = async () => {
  const call = { id: 'call_1', type: 'function' as const, function: { name: 'weather', arguments: '{"city":"Rome"}' } };
  const { choices } = await client.chat.completions.create({
    model: 'light',
    messages: [
      ...ASK,
      { role: 'assistant', tool_calls: [call] },
      { role: 'tool', tool_call_id: call.id, content: 'sunny' },
    ],
    tools: [{ type: 'function', function: { name: 'weather', parameters } }],
    tool_choice: 'none',
    max_tokens: 8,
  });
  assert.equal(typeof choices[0]?.message.content, 'string');
};

/** The SDK makes the schema, and the answer an object of the type. */
const parse: Case = async () => {
  const colour = z.object({ colour: z.enum(['red', 'green']), bright: z.boolean() });
  const { choices } = await client.chat.completions.parse({
    model: 'heavy',
    messages: MESSAGES,
    max_tokens: TOKENS,
    response_format: zodResponseFormat(colour, 'colour'),
  });
  assert.ok(colour.safeParse(choices[0]?.message.parsed).success);
};

export const toolCases = { run_tools: runTools, tool_answer: toolAnswer, parse };
