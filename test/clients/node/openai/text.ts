import assert from 'node:assert/strict';
import { NotFoundError, type OpenAI } from 'openai';
import type { Case } from '../serve-cases.ts';
import { MODELS } from '../setting.ts';
import { client, EXACTLY, MESSAGES } from './client.ts';

const TOKENS = 16;
const PARALLEL = 12;

const models: Case = async () => {
  const listed: string[] = [];
  for await (const model of client.models.list()) listed.push(model.id);
  for (const model of MODELS) assert.ok(listed.includes(model), `${model} is not among ${listed.join(', ')}`);
  assert.equal((await client.models.retrieve('heavy')).id, 'heavy');
};

/** One page, and the SDK does not ask for another. */
const modelPages: Case = async () => {
  const page = await client.models.list();
  assert.equal(page.hasNextPage(), false);
  assert.ok(page.getPaginatedItems().every((it) => it.object === 'model'));
  await assert.rejects(client.models.retrieve('no-such-model'), NotFoundError);
};

const chat: Case = async () => {
  for (const model of MODELS) checkAnswer(await client.chat.completions.create(exactChat(model)));
};

const exactChat = (model: string) => ({ model, messages: MESSAGES, ...EXACTLY(TOKENS) });

function checkAnswer({ choices, usage }: OpenAI.ChatCompletion): void {
  assert.equal(choices[0]?.message.role, 'assistant');
  assert.equal(choices[0].finish_reason, 'length');
  assert.equal(usage?.completion_tokens, TOKENS);
  assert.equal(usage.total_tokens, usage.prompt_tokens + TOKENS);
}

const chatStreamUsage: Case = async () => {
  for (const model of MODELS) {
    const stream = await client.chat.completions.create({
      ...exactChat(model),
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const reasons = chunks.flatMap((it) => it.choices).flatMap((it) => it.finish_reason ?? []);
    assert.deepEqual(reasons, ['length']);
    assert.equal(chunks.at(-1)?.usage?.completion_tokens, TOKENS);
    assert.equal(new Set(chunks.map((it) => it.id)).size, 1);
  }
};

const chatStreamHelper: Case = async () => {
  const runner = client.chat.completions.stream(exactChat('light'));
  let streamed = '';
  runner.on('content', (delta) => (streamed += delta));
  const { choices } = await runner.finalChatCompletion();
  assert.equal(choices[0]?.message.content, streamed);
};

const choices: Case = async () => {
  const answer = await client.chat.completions.create({ ...exactChat('heavy'), n: 2, logprobs: true, top_logprobs: 2 });
  assert.deepEqual(
    answer.choices.map((it) => it.index),
    [0, 1],
  );
  assert.equal(answer.choices[0]?.logprobs?.content?.length, TOKENS);
};

const completions: Case = async () => {
  const { choices: texts, usage } = await client.completions.create({
    model: 'heavy',
    prompt: ['Once', 'Twice'],
    ...EXACTLY(TOKENS),
  });
  assert.equal(texts.length, 2);
  assert.equal(usage?.completion_tokens, 2 * TOKENS);
};

const completionsStream: Case = async () => {
  const stream = await client.completions.create({
    model: 'light',
    prompt: 'Once',
    stream: true,
    stream_options: { include_usage: true },
    ...EXACTLY(TOKENS),
  });
  let told: number | undefined;
  for await (const chunk of stream) told = chunk.usage?.completion_tokens ?? told;
  assert.equal(told, TOKENS);
};

/** More than the replicas run at once, each with a length of its own, so that a mixed-up answer shows. */
const parallel: Case = async () => {
  const lengths = Array.from({ length: PARALLEL }, (_, index) => index + 1);
  const answers = await Promise.all(
    lengths.map((tokens) =>
      client.chat.completions.create({
        model: tokens % 2 === 0 ? 'heavy' : 'light',
        messages: MESSAGES,
        ...EXACTLY(tokens),
      }),
    ),
  );
  assert.deepEqual(
    answers.map((it) => it.usage?.completion_tokens),
    lengths,
  );
};

export const textCases = {
  models,
  model_pages: modelPages,
  chat,
  chat_stream_usage: chatStreamUsage,
  chat_stream_helper: chatStreamHelper,
  choices,
  completions,
  completions_stream: completionsStream,
  parallel,
};
