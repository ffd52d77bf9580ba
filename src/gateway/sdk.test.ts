import { describe, expect, test } from 'bun:test';
import { BadRequestError, InternalServerError, NotFoundError, OpenAI } from 'openai';
import { chunk, completion, DONE, fails, says, streams, USAGE } from './fixtures/scripted-engine.ts';
import type { Plan } from './fixtures/scripted-queue.ts';
import { startTestGateway, thrownBy, until } from './fixtures/test-gateway.ts';

/** OpenAI's own client as users have it; its retries are off where a test does not look at them. */
function connect(plan: Plan, maxRetries = 0, flushAfterMs = 10_000) {
  const it = startTestGateway(plan, { flushAfterMs });
  const client = new OpenAI({ baseURL: `${it.url}/v1`, apiKey: 'none', maxRetries });
  return { it, client, [Symbol.asyncDispose]: () => it[Symbol.asyncDispose]() };
}

const messages = [{ role: 'user' as const, content: 'hi' }];
const ask = { model: 'heavy', messages };

describe("OpenAI's SDK for Node", () => {
  test('chat', async () => {
    await using it = connect([says(completion('hello'))]);
    const { data, request_id: id } = await it.client.chat.completions.create(ask).withResponse();
    expect(data.choices[0]!.message.content).toBe('hello');
    expect(id).toBe('id-1');
  });

  test('streamed chat with usage', async () => {
    await using it = connect([streams([chunk('hel'), chunk('lo', 'stop'), USAGE, DONE])]);
    const stream_options = { include_usage: true };
    const stream = await it.client.chat.completions.create({ ...ask, stream: true, stream_options });
    let text = '';
    let total = 0;
    for await (const part of stream) {
      text += part.choices[0]?.delta.content ?? '';
      total = part.usage?.total_tokens ?? total;
    }
    expect([text, total]).toEqual(['hello', 10]);
  });

  test('models', async () => {
    await using it = connect([says('{}')]);
    const ids: string[] = [];
    for await (const model of it.client.models.list()) ids.push(model.id);
    expect(ids).toContain('acme/big-4B');
    expect((await it.client.models.retrieve('acme/big-4B')).id).toBe('acme/big-4B');
  });

  test('a mid-stream failure is thrown, not taken for the end', async () => {
    await using it = connect([streams([chunk('hel')], 'break')]);
    const stream = await it.client.chat.completions.create({ ...ask, stream: true });
    const read = async () => {
      for await (const part of stream) expect(part.choices[0]!.delta.content).toBe('hel');
    };
    expect(await thrownBy(read())).toMatchObject({ code: 'engine_failed', type: 'server_error' });
    expect(it.it.queue.outcomes).toEqual(['connection_broke']);
  });

  test('a stream that waits long: its comments are skipped', async () => {
    const line = Promise.withResolvers<Exclude<Awaited<Plan>, 'wait'>>();
    await using it = connect(line.promise, 0, 10);
    const stream = await it.client.chat.completions.create({ ...ask, stream: true });
    line.resolve([streams([chunk('hello', 'stop'), DONE])]);
    let text = '';
    for await (const part of stream) text += part.choices[0]?.delta.content ?? '';
    expect(text).toBe('hello');
  });

  test('one that is refused after its headers throws', async () => {
    const line = Promise.withResolvers<Exclude<Awaited<Plan>, 'wait'>>();
    await using it = connect(line.promise, 0, 10);
    const stream = await it.client.chat.completions.create({ ...ask, stream: true });
    line.resolve({ reason: 'queue_timeout', waitedMs: 7 });
    expect(await thrownBy(stream[Symbol.asyncIterator]().next())).toMatchObject({ code: 'queue_timeout' });
  });

  test('errors are of their types', async () => {
    await using it = connect([fails('reset')]);
    const { completions } = it.client.chat;
    const unknown = await thrownBy(completions.create({ ...ask, model: 'nope' }));
    expect(unknown).toBeInstanceOf(NotFoundError);
    expect(unknown).toMatchObject({ code: 'model_not_found', param: 'model', requestID: 'id-1' });
    expect(await thrownBy(completions.create(ask))).toBeInstanceOf(InternalServerError);
    const header = { headers: { 'x-ssw-priority': 'now' } };
    expect(await thrownBy(completions.create(ask, header))).toBeInstanceOf(BadRequestError);
  });

  test('its time-out bounds the wait in line', async () => {
    await using it = connect([says(completion('hello'))]);
    await it.client.chat.completions.create(ask, { timeout: 5000 });
    expect(it.it.queue.tickets[0]!.maxWaitMs).toBe(4000);
  });

  test('it retries a refusal as told', async () => {
    await using it = connect({ reason: 'queue_unavailable' }, 1);
    const startedMs = performance.now();
    const refused = await thrownBy(it.client.chat.completions.create(ask));
    expect(refused).toMatchObject({ status: 503, code: 'queue_unavailable' });
    expect(it.it.queue.tickets).toHaveLength(2);
    expect(performance.now() - startedMs).toBeGreaterThan(1900); // retry-after-ms: 2000
  });

  test('it does not retry what has already run', async () => {
    await using it = connect([says('{"id":', 200, 'break')], 2);
    expect(await thrownBy(it.client.chat.completions.create(ask))).toMatchObject({ status: 500 });
    expect(it.it.queue.tickets).toHaveLength(1);
  });

  test('breaking out of a stream stops the engine', async () => {
    await using it = connect([streams([chunk('a'), ...Array.from({ length: 100_000 }, () => chunk('b'))])]);
    const stream = await it.client.chat.completions.create({ ...ask, stream: true });
    for await (const _ of stream) break;
    await until(() => it.it.queue.outcomes.length > 0);
    expect(it.it.queue.outcomes).toEqual(['client_gone']);
  });
});
