import assert from 'node:assert/strict';
import type OpenAI from 'openai';
import type { Case } from '../serve-cases.ts';
import { client, MESSAGES } from './client.ts';

/** Random weights seldom end a call's arguments in time; so many seeds are tried until one does. */
const SEEDS_MAX = 12;
const CALL_TOKENS = 200;

const WEATHER: OpenAI.ChatCompletionFunctionTool = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'The weather of a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

const COLOUR = {
  type: 'object',
  properties: { colour: { enum: ['red', 'green'] }, bright: { type: 'boolean' } },
  required: ['colour', 'bright'],
  additionalProperties: false,
};

function ask(tool_choice: OpenAI.ChatCompletionToolChoiceOption, seed: number) {
  return client.chat.completions.create({
    model: seed % 2 === 0 ? 'heavy' : 'light',
    messages: MESSAGES,
    tools: [WEATHER],
    tool_choice,
    seed,
    max_tokens: CALL_TOKENS,
  });
}

/** With `auto` a model may answer in words, and random weights always do. */
const toolsAuto: Case = async () => {
  const { choices } = await ask('auto', 1);
  assert.equal(typeof choices[0]?.message.content, 'string');
};

/**
 * A forced call comes back as a call, by its name. Its arguments are any JSON: vLLM holds them to the schema only
 * under `strict`.
 */
async function isForced(choice: OpenAI.ChatCompletionToolChoiceOption): Promise<void> {
  for (let seed = 1; seed <= SEEDS_MAX; seed += 1) {
    const call = (await ask(choice, seed)).choices[0]?.message.tool_calls?.[0];
    if (call === undefined) continue;
    assert.equal(call.type, 'function');
    assert.equal(call.function.name, 'weather');
    return;
  }
  assert.fail(`no call in ${SEEDS_MAX} answers`);
}

const toolsRequired: Case = () => isForced('required');
const toolsNamed: Case = () => isForced({ type: 'function', function: { name: 'weather' } });

const toolsStream: Case = async () => {
  for (let seed = 1; seed <= SEEDS_MAX; seed += 1) {
    const stream = await client.chat.completions.create({
      model: 'light',
      messages: MESSAGES,
      tools: [WEATHER],
      tool_choice: { type: 'function', function: { name: 'weather' } },
      stream: true,
      seed,
      max_tokens: CALL_TOKENS,
    });
    const names: string[] = [];
    for await (const { choices } of stream) {
      for (const call of choices[0]?.delta.tool_calls ?? []) names.push(call.function?.name ?? '');
    }
    if (names.length === 0) continue;
    assert.equal(names.join(''), 'weather');
    return;
  }
  assert.fail(`no call in ${SEEDS_MAX} streams`);
};

const jsonSchema: Case = async () => {
  const { choices } = await client.chat.completions.create({
    model: 'heavy',
    messages: MESSAGES,
    max_tokens: CALL_TOKENS,
    response_format: { type: 'json_schema', json_schema: { name: 'colour', schema: COLOUR, strict: true } },
  });
  const answer: unknown = JSON.parse(choices[0]?.message.content ?? '');
  assert.ok(typeof answer === 'object' && answer !== null);
  assert.ok('colour' in answer && (answer.colour === 'red' || answer.colour === 'green'));
  assert.ok('bright' in answer && typeof answer.bright === 'boolean');
};

/** vLLM's own field, which must pass through untouched. */
const choice: Case = async () => {
  const body = { model: 'light', messages: MESSAGES, structured_outputs: { choice: ['red', 'green'] } };
  const { choices } = await client.chat.completions.create(body);
  assert.match(choices[0]?.message.content ?? '', /^(red|green)$/);
};

export const shapedCases = {
  tools_auto: toolsAuto,
  tools_required: toolsRequired,
  tools_named: toolsNamed,
  tools_stream: toolsStream,
  json_schema: jsonSchema,
  choice,
};
