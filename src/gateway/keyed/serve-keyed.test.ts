import { describe, expect, test } from 'bun:test';
import { post, rawClient } from '../fixtures/raw-client.ts';
import { chunk, completion, DONE, liveStream, says, streams, type Script } from '../fixtures/scripted-engine.ts';
import {
  ASK,
  ASK_STREAM,
  chat,
  errorOf,
  SETTINGS,
  startTestGateway,
  until,
  type TestGateway,
} from '../fixtures/test-gateway.ts';

const KEY = { 'idempotency-key': 'k-1' };

/** Each ticket gets the same first script: a second one would be a second execution. */
const quiet = [says(completion('hi'))];

const outcomes = async (it: TestGateway): Promise<Record<string, number>> => {
  const { values } = await it.metrics.requests.get();
  return Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]));
};

const untilOutcome = async (it: TestGateway, outcome: string): Promise<void> => {
  while ((await outcomes(it))[outcome] === undefined) await new Promise(setImmediate);
};

describe('an answer in one piece', () => {
  test('is given again, and nothing runs again', async () => {
    await using it = startTestGateway(quiet);
    const first = await chat(it.url, ASK, { ...KEY, 'x-request-id': 'one' });
    expect(await first.text()).toBe(completion('hi'));
    expect(first.headers.has('idempotent-replayed')).toBe(false);
    const again = await chat(it.url, ASK, { ...KEY, 'x-request-id': 'two' });
    expect(again.status).toBe(200);
    expect(await again.text()).toBe(completion('hi'));
    const headers = Object.fromEntries(again.headers);
    expect(headers).toMatchObject({
      'idempotent-replayed': 'true',
      'x-request-id': 'two',
      'content-type': 'application/json',
      'x-ssw-pool': 'heavy',
      'x-ssw-replica': 'r1',
    });
    expect(Object.keys(headers)).not.toContain('x-ssw-queue-ms'); // of the first request, not of this one
    expect(it.queue.tickets).toHaveLength(1);
    expect(await outcomes(it)).toEqual({ completed: 1, replayed: 1 });
  });

  test("so is the engine's considered no", async () => {
    await using it = startTestGateway([says('{"error":{"message":"bad","code":400}}', 400)]);
    for (const replayed of [null, 'true']) {
      const response = await chat(it.url, ASK, KEY);
      expect(response.status).toBe(400);
      expect(response.headers.get('idempotent-replayed')).toBe(replayed);
      expect(response.headers.get('x-should-retry')).toBe('false');
      expect(await errorOf(response)).toMatchObject({ message: 'bad' });
    }
    expect(it.queue.tickets).toHaveLength(1);
  });

  test.each([
    ['a refusal', { reason: 'queue_timeout', waitedMs: 5 } as const, 503],
    ['a failure', [says('{"error":{"message":"bug","code":500}}', 500)], 500],
  ])('%s is not kept: the next one is tried', async (_, plan, status) => {
    await using it = startTestGateway(plan);
    for (let tries = 1; tries <= 2; tries += 1) {
      expect((await chat(it.url, ASK, KEY)).status).toBe(status);
      expect(it.queue.tickets).toHaveLength(tries);
    }
  });

  test('a request that was never run leaves its key free', async () => {
    await using it = startTestGateway(quiet);
    expect((await chat(it.url, '{"model":"nope"}', KEY)).status).toBe(404);
    expect((await chat(it.url, ASK, KEY)).status).toBe(200);
  });
});

describe('a key belongs to one request of one tenant', () => {
  test('another body is a mismatch', async () => {
    await using it = startTestGateway(quiet);
    await chat(it.url, ASK, KEY);
    const response = await chat(it.url, ASK_STREAM, KEY);
    expect(response.status).toBe(422);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(await errorOf(response)).toMatchObject({ code: 'idempotency_mismatch', param: 'idempotency-key' });
    expect(it.queue.tickets).toHaveLength(1);
  });

  test('another path too', async () => {
    await using it = startTestGateway(quiet);
    await chat(it.url, ASK, KEY);
    const headers = { ...KEY, 'content-type': 'application/json' };
    expect((await fetch(`${it.url}/v1/completions`, { method: 'POST', body: ASK, headers })).status).toBe(422);
  });

  test('bug: so is another pool named in the header, though path and body are the same', async () => {
    await using it = startTestGateway(quiet);
    const pools = [{ 'x-ssw-pool': 'light' }, { 'x-ssw-pool': 'heavy' }, {}, { 'x-ssw-pool': 'light' }];
    const responses = [];
    for (const pool of pools) responses.push(await chat(it.url, ASK, { ...KEY, ...pool }));
    expect(responses.map(({ status }) => status)).toEqual([200, 422, 422, 200]);
    expect(responses[3]?.headers.get('idempotent-replayed')).toBe('true');
    expect(it.queue.tickets).toHaveLength(1);
  });

  test("another tenant's is another key", async () => {
    await using it = startTestGateway(quiet, { tenantHeader: 'x-tenant' });
    for (const tenant of ['a', 'b']) {
      const response = await chat(it.url, ASK, { ...KEY, 'x-tenant': tenant });
      expect(response.headers.has('idempotent-replayed')).toBe(false);
    }
    expect(it.queue.tickets).toHaveLength(2);
  });

  test('a key that is none is refused before anything runs', async () => {
    await using it = startTestGateway(quiet);
    const response = await chat(it.url, ASK, { 'idempotency-key': 'x'.repeat(256) });
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({ code: 'invalid_request_error', param: 'idempotency-key' });
    expect(it.queue.tickets).toEqual([]);
  });
});

describe('a stream', () => {
  test('is given again byte for byte', async () => {
    const parts = [chunk('a'), chunk('b'), DONE];
    await using it = startTestGateway([streams(parts)]);
    const first = await chat(it.url, ASK_STREAM, KEY);
    expect(await first.text()).toBe(parts.join(''));
    expect(first.headers.get('x-ssw-queue-ms')).toBe('3');
    await until(() => it.queue.outcomes.length === 1);
    const again = await chat(it.url, ASK_STREAM, KEY);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(again.headers.get('x-accel-buffering')).toBe('no');
    expect(await again.text()).toBe(parts.join(''));
    expect(it.queue.tickets).toHaveLength(1);
  });

  test('that runs is followed from its start, as it comes', async () => {
    const live = liveStream();
    await using it = startTestGateway([live.script]);
    live.push(chunk('a'));
    const first = await chat(it.url, ASK_STREAM, KEY);
    const second = await chat(it.url, ASK_STREAM, KEY);
    expect(second.headers.has('idempotent-replayed')).toBe(false);
    live.push(chunk('b') + DONE);
    live.end();
    expect(await second.text()).toBe(chunk('a') + chunk('b') + DONE);
    expect(await first.text()).toBe(chunk('a') + chunk('b') + DONE);
    expect(it.queue.tickets).toHaveLength(1);
    expect(await outcomes(it)).toEqual({ completed: 1, attached: 1 });
  });

  test('bug: who followed one left its seat at once; it is left when its own answer is out', async () => {
    const tenants = { ...SETTINGS.tenants, defaults: { ...SETTINGS.tenants.defaults, maxInFlight: 2 } };
    const live = liveStream();
    await using it = startTestGateway([live.script], { tenants });
    live.push(chunk('a'));
    const first = await chat(it.url, ASK_STREAM, KEY);
    const leaver = rawClient(it.gateway.port, post('/v1/chat/completions', ASK_STREAM, 'idempotency-key: k-1\r\n'));
    await until(() => leaver.received().includes(chunk('a')));
    expect((await chat(it.url, ASK_STREAM, KEY)).status).toBe(429);
    leaver.socket.destroy();
    await untilOutcome(it, 'client_gone');
    const second = await chat(it.url, ASK_STREAM, KEY);
    expect(second.status).toBe(200);
    expect((await chat(it.url, ASK_STREAM, KEY)).status).toBe(429);
    live.push(DONE);
    live.end();
    expect(await Promise.all([first.text(), second.text()])).toEqual([chunk('a') + DONE, chunk('a') + DONE]);
    await untilOutcome(it, 'attached');
    expect((await chat(it.url, ASK_STREAM, KEY)).status).toBe(200);
  });

  test('goes on when its client leaves, for the one that comes back', async () => {
    const live = liveStream();
    await using it = startTestGateway([live.script]);
    live.push(chunk('a'));
    const client = rawClient(it.gateway.port, post('/v1/chat/completions', ASK_STREAM, 'idempotency-key: k-1\r\n'));
    await until(() => client.received().includes(chunk('a')));
    client.socket.destroy();
    live.push(chunk('b'));
    const back = await chat(it.url, ASK_STREAM, KEY);
    live.push(DONE);
    live.end();
    expect(await back.text()).toBe(chunk('a') + chunk('b') + DONE);
    await until(() => it.queue.outcomes.length === 1);
    expect(it.queue.outcomes).toEqual(['completed']);
    expect(it.queue.sent[0]!.signal.aborted).toBe(false);
  });

  test('goes on when its client leaves before it began', async () => {
    const { promise, resolve } = Promise.withResolvers<readonly Script[]>();
    await using it = startTestGateway(promise);
    const client = rawClient(it.gateway.port, post('/v1/chat/completions', ASK_STREAM, 'idempotency-key: k-1\r\n'));
    await until(() => it.queue.waiting() === 1);
    client.socket.destroy();
    resolve([streams([chunk('a'), DONE])]);
    await until(() => it.queue.outcomes.length === 1);
    const back = await chat(it.url, ASK_STREAM, KEY);
    expect(await back.text()).toBe(chunk('a') + DONE);
    expect(it.queue.tickets).toHaveLength(1);
    expect(it.queue.outcomes).toEqual(['completed']);
  });

  test('goes on without a client that does not read it', async () => {
    const parts = Array<string>(400).fill(chunk('x'.repeat(30_000)));
    await using it = startTestGateway([streams([...parts, DONE])], { slowClientTimeoutMs: 100 });
    const ask = post('/v1/chat/completions', ASK_STREAM, 'idempotency-key: k-1\r\n');
    using _ = rawClient(it.gateway.port, ask, 'later');
    await until(() => it.queue.outcomes.length === 1);
    expect(it.queue.outcomes).toEqual(['completed']);
    const back = await chat(it.url, ASK_STREAM, KEY);
    expect(await back.text()).toBe(parts.join('') + DONE);
  });

  test('that broke is not kept, and those who followed it are told', async () => {
    const live = liveStream();
    let runs = 0;
    const script: Script = (request) =>
      (runs += 1) === 1 ? live.script(request) : streams([chunk('z'), DONE])(request);
    await using it = startTestGateway([script]);
    live.push(chunk('a'));
    const first = await chat(it.url, ASK_STREAM, KEY);
    const second = await chat(it.url, ASK_STREAM, KEY);
    live.end(); // without [DONE]
    const [told, toldToo] = [await first.text(), await second.text()];
    expect(told).toStartWith(`${chunk('a')}data: {"error":`);
    expect(toldToo).toBe(told);
    const third = await chat(it.url, ASK_STREAM, KEY);
    expect(await third.text()).toBe(chunk('z') + DONE);
  });

  test('that waits long tells its place to all who wait for it', async () => {
    const { promise, resolve } = Promise.withResolvers<readonly Script[]>();
    await using it = startTestGateway(promise, {
      flushAfterMs: 20,
      circumstances: { standing: { ahead: 0, etaMs: 1 } },
    });
    const first = await chat(it.url, ASK_STREAM, KEY);
    const second = await chat(it.url, ASK_STREAM, KEY);
    resolve([streams([chunk('a'), DONE])]);
    const text = await first.text();
    expect(text).toStartWith(': ssw queued position=1 eta_ms=1\n\n');
    expect(text).toEndWith(chunk('a') + DONE);
    expect(await second.text()).toBe(text);
  });
});

describe('while it runs', () => {
  test('who asks for a conflict gets one', async () => {
    const live = liveStream();
    await using it = startTestGateway([live.script]);
    live.push(chunk('a'));
    const first = await chat(it.url, ASK_STREAM, KEY);
    const response = await chat(it.url, ASK_STREAM, { ...KEY, 'ssw-idempotency': 'conflict' });
    expect(response.status).toBe(409);
    expect(response.headers.get('x-should-retry')).toBe('true');
    expect(await errorOf(response)).toMatchObject({ code: 'idempotency_conflict' });
    live.push(DONE);
    live.end();
    await first.text();
    await until(() => it.queue.outcomes.length === 1);
    const later = await chat(it.url, ASK_STREAM, { ...KEY, 'ssw-idempotency': 'conflict' });
    expect(later.headers.get('idempotent-replayed')).toBe('true');
  });

  test('who waits for it and leaves disturbs nobody', async () => {
    const { promise, resolve } = Promise.withResolvers<readonly Script[]>();
    await using it = startTestGateway(promise);
    const first = chat(it.url, ASK, KEY);
    await until(() => it.queue.waiting() === 1);
    const client = rawClient(it.gateway.port, post('/v1/chat/completions', ASK, 'idempotency-key: k-1\r\n'));
    await until(() => client.socket.bytesWritten > 0);
    client.socket.destroy();
    resolve(quiet);
    expect((await first).status).toBe(200);
    expect(it.queue.outcomes).toEqual(['completed']);
  });

  test('who waited for one that was refused is tried itself', async () => {
    const { promise, resolve } = Promise.withResolvers<{ reason: 'queue_timeout'; waitedMs: number }>();
    await using it = startTestGateway(promise);
    const all = [chat(it.url, ASK, KEY), chat(it.url, ASK, KEY)];
    await until(() => it.queue.waiting() === 1);
    resolve({ reason: 'queue_timeout', waitedMs: 1 });
    for (const response of await Promise.all(all)) expect(response.status).toBe(503);
    expect(it.queue.tickets).toHaveLength(2);
  });
});
