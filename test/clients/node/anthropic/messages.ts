import assert from 'node:assert/strict';
import type Anthropic from '@anthropic-ai/sdk';
import type { Case } from '../serve-cases.ts';
import { MODELS, QUESTION } from '../setting.ts';
import { ASK, client, MESSAGES, TOKENS } from './client.ts';

const textOf = ({ content }: Anthropic.Message): string =>
  content.map((block) => (block.type === 'text' ? block.text : '')).join('');

const message: Case = async () => {
  for (const model of MODELS) {
    const { data, request_id: id } = await client.messages.create({ ...ASK, model }).withResponse();
    assert.equal(data.type, 'message');
    assert.equal(data.role, 'assistant');
    assert.match(data.stop_reason ?? '', /^(end_turn|max_tokens)$/);
    assert.ok(data.usage.output_tokens > 0 && data.usage.output_tokens <= TOKENS);
    assert.ok(data.usage.input_tokens > 0);
    assert.ok(id);
  }
};

/** A system prompt, blocks of text, and a turn before. */
const conversation: Case = async () => {
  const answer = await client.messages.create({
    ...ASK,
    system: 'Be brief.',
    messages: [
      ...MESSAGES,
      { role: 'assistant', content: [{ type: 'text', text: 'Red.' }] },
      { role: 'user', content: [{ type: 'text', text: QUESTION }] },
    ],
  });
  assert.equal(typeof textOf(answer), 'string');
};

const stream: Case = async () => {
  const events: string[] = [];
  for await (const event of await client.messages.create({ ...ASK, stream: true })) events.push(event.type);
  assert.equal(events[0], 'message_start');
  assert.ok(events.includes('content_block_delta'));
  assert.deepEqual(events.slice(-2), ['message_delta', 'message_stop']);
};

const streamHelper: Case = async () => {
  let streamed = '';
  const running = client.messages.stream(ASK).on('text', (delta) => (streamed += delta));
  const answer = await running.finalMessage();
  assert.equal(textOf(answer), streamed);
  assert.ok(answer.usage.output_tokens > 0);
};

const countTokens: Case = async () => {
  const short = await client.messages.countTokens({ model: 'heavy', messages: MESSAGES });
  const longer = await client.messages.countTokens({ model: 'heavy', messages: MESSAGES, system: 'Be very brief.' });
  assert.ok(short.input_tokens > 0);
  assert.ok(longer.input_tokens > short.input_tokens);
};

const models: Case = async () => {
  const listed: string[] = [];
  for await (const { id } of client.models.list()) listed.push(id);
  for (const model of MODELS) assert.ok(listed.includes(model), `${model} is not among ${listed.join(', ')}`);
  assert.equal((await client.models.retrieve('heavy')).id, 'heavy');
};

export const messageCases = {
  message,
  conversation,
  stream,
  stream_helper: streamHelper,
  count_tokens: countTokens,
  models,
};
