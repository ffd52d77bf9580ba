import { describe, expect, test } from 'bun:test';
import { rawClient, post } from '../fixtures/raw-client.ts';
import { chunk, completion, DONE, fails, hangs, says, streams, type Script } from '../fixtures/scripted-engine.ts';
import type { Plan } from '../fixtures/scripted-queue.ts';
import { ASK, ASK_STREAM, chat, startTestGateway, until } from '../fixtures/test-gateway.ts';

const soon = { flushAfterMs: 20, circumstances: { standing: { ahead: 11, etaMs: 3400 } } };
const QUEUED = ': ssw queued position=12 eta_ms=3400\n\n';
const granted = (replica: string) => `: ssw granted replica=${replica} queue_ms=3\n\n`;

/** A gateway whose queue lets requests wait until it is told what to answer. */
function start(setting = soon) {
  const { promise, resolve } = Promise.withResolvers<Exclude<Awaited<Plan>, 'wait'>>();
  const it = startTestGateway(promise, setting);
  return { ...it, answer: resolve, [Symbol.asyncDispose]: () => it[Symbol.asyncDispose]() };
}

describe('a stream that waits long', () => {
  test('gets its headers, its place, then the engine’s bytes', async () => {
    await using it = start();
    const response = await chat(it.url, ASK_STREAM, { 'x-request-id': 'mine' });
    expect(response.status).toBe(200);
    const headers = Object.fromEntries(response.headers);
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      'x-request-id': 'mine',
      'x-ssw-pool': 'heavy',
      'x-ssw-model': 'acme/big-4B',
    });
    expect(Object.keys(headers)).not.toContain('x-ssw-replica');
    expect(Object.keys(headers)).not.toContain('x-ssw-queue-ms');
    it.answer([streams([chunk('a'), DONE])]);
    expect(await response.text()).toBe(QUEUED + granted('r1') + chunk('a') + DONE);
    expect(it.queue.outcomes).toEqual(['completed']);
    const counted = 'sswinfer_requests_total{pool="heavy",outcome="completed"} 1';
    expect(await it.metrics.registry.metrics()).toContain(counted);
  });

  test('goes on in the same stream when an engine dies before its first byte', async () => {
    await using it = start();
    const response = await chat(it.url, ASK_STREAM);
    it.answer([fails('reset'), streams([chunk('b'), DONE])]);
    expect(await response.text()).toBe(QUEUED + granted('r1') + granted('r2') + chunk('b') + DONE);
    expect(it.queue.givenBack).toEqual(['connection_broke']);
  });

  const ends: [what: string, Script, code: string, outcome: string][] = [
    ['breaks after its first byte', streams([chunk('a')], 'break'), 'engine_failed', 'connection_broke'],
    ['is declined', says('{"error":{"message":"bad","code":400}}', 400), 'from_engine', 'engine_declined'],
  ];
  test.each(ends)('and %s ends with an error and no [DONE]', async (_, script, code, outcome) => {
    await using it = start();
    const response = await chat(it.url, ASK_STREAM);
    it.answer([script]);
    const text = await response.text();
    expect(text).toMatch(/data: \{"error":\{[^\n]*\}\}\n\n$/);
    expect(text).toContain(`"code":"${code}"`);
    expect(text).not.toContain('[DONE]');
    expect(it.queue.outcomes).toMatchObject([outcome]);
  });

  test('and is refused in the end is told so in its stream', async () => {
    await using it = start();
    const response = await chat(it.url, ASK_STREAM);
    it.answer({ reason: 'queue_timeout', waitedMs: 120_000 });
    const text = await response.text();
    expect(text).toStartWith(QUEUED);
    expect(text).toMatch(/data: \{"error":\{"message":"[^"]*120000 ms[^"]*",[^\n]*"code":"queue_timeout"\}\}\n\n$/);
    expect(it.queue.outcomes).toEqual([]);
    expect(await it.metrics.registry.metrics()).toContain('{pool="heavy",outcome="queue_timeout"} 1');
  });

  test('and gets its answer in one piece gets it as one event', async () => {
    await using it = start();
    const response = await chat(it.url, ASK_STREAM);
    it.answer([says(completion('hi').replace('{', '{\n'))]);
    expect(await response.text()).toEndWith(`data: ${completion('hi').replace('{', '{ ')}\n\n${DONE}`);
    expect(it.queue.outcomes).toEqual(['completed']);
  });

  test('and meets a fault of our own is told without its inside', async () => {
    await using it = start();
    const response = await chat(it.url, ASK_STREAM);
    it.answer([() => Promise.reject(new Error('secret detail'))]);
    const text = await response.text();
    expect(text).toContain('"code":"internal_error"');
    expect(text).not.toContain('secret');
    expect(it.queue.outcomes).toEqual(['client_gone']); // the replica's room is free again
  });
});

describe('a client that leaves a stream that waits long', () => {
  test('takes its ticket out of the line at once', async () => {
    await using it = start();
    using client = rawClient(it.gateway.port, post('/v1/chat/completions', ASK_STREAM));
    await until(() => client.received().includes(QUEUED.trim()));
    client.socket.destroy();
    await until(() => it.queue.waiting() === 0);
    await until(() => it.queue.cancelledAtMs() !== undefined);
    expect(it.queue.sent).toEqual([]);
    expect(await it.metrics.registry.metrics()).toContain('{pool="heavy",outcome="client_gone"} 1');
  });

  test('stops its engine, which has not answered yet', async () => {
    await using it = start();
    using client = rawClient(it.gateway.port, post('/v1/chat/completions', ASK_STREAM));
    await until(() => client.received().includes(QUEUED.trim()));
    it.answer([hangs]);
    await until(() => client.received().includes(granted('r1').trim()));
    client.socket.destroy();
    await until(() => it.queue.outcomes.length === 1);
    expect(it.queue.outcomes).toEqual(['client_gone']);
  });
});

describe('with a status of its own', () => {
  test('a stream that is refused before', async () => {
    await using it = startTestGateway({ reason: 'draining' }, soon);
    expect((await chat(it.url, ASK_STREAM)).status).toBe(503);
  });

  test('an answer in one piece, however long it waits', async () => {
    await using it = start();
    const response = chat(it.url, ASK);
    await until(() => it.queue.waiting() === 1);
    await Bun.sleep(3 * soon.flushAfterMs); // the time in which a stream would have got its headers
    it.answer({ reason: 'queue_timeout', waitedMs: 100 });
    expect((await response).status).toBe(503);
  });
});
