import { describe, expect, test } from 'bun:test';
import { readChat } from './chat-request.ts';
import type { ModelFacts } from './generation-request.ts';
import type { Fields } from './json.ts';

const facts: ModelFacts = {
  servedNames: ['m'],
  maxModelLen: 2048,
  autoToolChoice: true,
  reasoningParser: false,
  thinksByDefault: true,
  seed: 0,
  poison: undefined,
};
const tools = [
  { type: 'function', function: { name: 'get_weather', parameters: { type: 'object' } } },
  { type: 'function', function: { name: 'sendMail' } },
];
const asking = (content: string, more: Fields = {}): Fields => ({ messages: [{ role: 'user', content }], ...more });

/** The first choice; its text so far as it is settled, by channel. */
function answer(fields: Fields, changed: Partial<ModelFacts> = {}) {
  const read = readChat(fields, { ...facts, ...changed });
  if (!read.ok) return read.error.message;
  const [choice] = read.value.choices;
  return { starts: choice?.plan.opening[0], end: choice?.end, tokens: choice?.outputTokens };
}

const calls = (name: string) => ({ starts: { channel: 'tool_name', text: name }, end: 'tool_calls' });

describe('tools', () => {
  const talks = { starts: { channel: 'content', text: '[simulated]' } };
  test.each([
    [
      'auto calls the tool that the prompt names in part',
      asking('The weather, please.', { tools }),
      calls('get_weather'),
    ],
    ['auto calls any tool for a prompt that wants one', asking('Use a tool.', { tools }), calls('get_weather')],
    ['auto talks otherwise', asking('Hello', { tools }), talks],
    ['required calls the first', asking('Hello', { tools, tool_choice: 'required' }), calls('get_weather')],
    ['none talks', asking('The weather?', { tools, tool_choice: 'none' }), talks],
    [
      'a named choice calls that one',
      asking('Hello', { tools, tool_choice: { type: 'function', function: { name: 'sendMail' } } }),
      calls('sendMail'),
    ],
  ])('%s', (_, fields, expected) => {
    expect(answer(fields)).toMatchObject(expected);
  });

  test('a tool’s result is answered with words', () => {
    const messages = [
      { role: 'user', content: 'The weather?' },
      { role: 'tool', content: 'Rain.' },
    ];
    expect(answer({ messages, tools })).toMatchObject(talks);
  });
  test('auto needs the flag', () => {
    expect(answer(asking('Hello', { tools }), { autoToolChoice: false })).toStartWith('"auto" tool choice requires');
  });
});

describe('length', () => {
  test('max_tokens ends it early', () => {
    expect(answer(asking('Hello', { max_tokens: 3 }))).toMatchObject({ end: 'length', tokens: 3 });
  });
  test('ignore_eos goes on to the limit, which is the rest of the context where none is given', () => {
    expect(answer(asking('Hello', { max_tokens: 999, ignore_eos: true }))).toMatchObject({ tokens: 999 });
    expect(answer(asking('Hello', { ignore_eos: true }))).toMatchObject({ tokens: 2048 - 14 });
  });
  test('min_tokens holds off the end', () => {
    expect(answer(asking('Hello', { min_tokens: 500 }))).toMatchObject({ end: 'stop', tokens: 500 });
  });
});

describe('thinking', () => {
  const thinks = { starts: { channel: 'reasoning' } };
  test('comes first where a parser is set and the template lets it', () => {
    expect(answer(asking('Hello'), { reasoningParser: true })).toMatchObject(thinks);
    expect(answer(asking('Hello'), { reasoningParser: true, thinksByDefault: false })).not.toMatchObject(thinks);
  });
  test('is the request’s choice', () => {
    const fields = asking('Hello', { chat_template_kwargs: { enable_thinking: true } });
    expect(answer(fields, { reasoningParser: true, thinksByDefault: false })).toMatchObject(thinks);
  });
});

test('the same prompt gets the same answer, another seed another', () => {
  const [once, again, seeded] = [{}, {}, { seed: 5 }].map((more) =>
    JSON.stringify(readChat(asking('Hi', more), facts)),
  );
  expect(again).toBe(once ?? '');
  expect(seeded).not.toBe(once);
});

test('unknown fields are ignored', () => {
  expect(answer(asking('Hello', { cache_salt: 'x', vllm_xargs: {} }))).toMatchObject({ end: 'stop' });
});

test.each([true, 1, 'true', 'Yes'])('a stream may be asked for by %j, as vLLM takes it', (stream) => {
  const read = readChat(asking('Hello', { stream, stream_options: { include_usage: stream } }), facts);
  expect(read.ok && read.value.sampling).toMatchObject({ stream: true, includeUsage: true });
});
