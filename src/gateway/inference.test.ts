import { describe, expect, test } from 'bun:test';
import type { Refusal } from '../queue/index.ts';
import { chunk, completion, DONE, fails, liveStream, says, streams, USAGE } from './fixtures/scripted-engine.ts';
import {
  ASK,
  ASK_STREAM,
  ASK_USAGE,
  chat,
  errorOf,
  ROUTES,
  SETTINGS,
  startTestGateway,
  until,
} from './fixtures/test-gateway.ts';

const FAILED_EVENT =
  /data: \{"error":\{"message":"[^"]+","type":"server_error","param":null,"code":"engine_failed"\}\}\n\n$/;
const DEAD = JSON.stringify({ error: { message: 'EngineCore encountered an issue.', code: 500 } });

describe('a reply in one piece', () => {
  test('passes untouched, with our headers', async () => {
    await using it = startTestGateway([says(completion('hi'))]);
    const response = await chat(it.url, ASK, { 'x-request-id': 'mine' });
    expect(await response.text()).toBe(completion('hi'));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(completion('hi').length),
      'x-request-id': 'mine',
      'x-ssw-pool': 'heavy',
      'x-ssw-replica': 'r1',
      'x-ssw-model': 'acme/big-4B',
      'x-ssw-queue-ms': '3',
      'openai-processing-ms': expect.stringMatching(/^\d+$/),
    });
    expect(it.queue.outcomes).toEqual(['completed']);
  });

  test('a model of any name', async () => {
    await using it = startTestGateway([says(completion('hi'))]);
    it.gateway.setRoutes([{ ...ROUTES[0]!, model: 'acme/模型 4B' }]);
    const response = await chat(it.url, ASK);
    expect(decodeURI(response.headers.get('x-ssw-model') ?? '')).toBe('acme/模型 4B');
  });

  test("an engine's error is normalised", async () => {
    await using it = startTestGateway([says('{"error":{"message":"bad","code":400}}', 400)]);
    const response = await chat(it.url, ASK);
    expect(response.status).toBe(400);
    expect(response.headers.get('x-ssw-replica')).toBe('r1');
    expect(await errorOf(response)).toMatchObject({ message: 'bad', type: 'normalised', code: 'from_engine' });
    expect(it.queue.outcomes).toEqual(['engine_declined']);
  });

  test('a break midway is an honest 500, and not run again', async () => {
    await using it = startTestGateway([says('{"id":', 200, 'break'), says(completion('hi'))]);
    const response = await chat(it.url, ASK);
    expect(response.status).toBe(500);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(await errorOf(response)).toMatchObject({ code: 'engine_failed', type: 'server_error' });
    expect(it.queue.outcomes).toEqual(['connection_broke']);
    expect(it.queue.sent).toHaveLength(1);
  });

  test("a bug of the engine is told in the engine's words, and not run again", async () => {
    await using it = startTestGateway([says('{"error":{"message":"bug","code":500}}', 500), says(completion('hi'))]);
    const response = await chat(it.url, ASK);
    expect(response.status).toBe(500);
    expect(await errorOf(response)).toMatchObject({ message: 'bug' });
    expect(it.queue.outcomes).toEqual(['engine_error']);
  });
});

describe('a stream', () => {
  test('passes byte for byte, with the headers of a stream', async () => {
    const parts = [chunk('a'), chunk('b') + chunk('c', 'stop'), USAGE + DONE];
    await using it = startTestGateway([streams(parts)]);
    const response = await chat(it.url, ASK_USAGE);
    expect(await response.text()).toBe(parts.join(''));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      'x-ssw-replica': 'r1',
    });
    expect(it.queue.outcomes).toEqual(['completed']);
    const text = await it.metrics.registry.metrics();
    expect(text).toContain('sswinfer_tokens_total{pool="heavy",tenant="anonymous",kind="cached"} 4');
    expect(text).toContain('sswinfer_inter_token_latency_seconds_count{pool="heavy"} 1');
  });

  test('each event is with the client before the next one exists', async () => {
    const live = liveStream();
    await using it = startTestGateway([live.script]);
    const answer = chat(it.url, ASK_STREAM);
    live.push(chunk('0'));
    const reader = (await answer).body!.getReader();
    for (const content of ['1', '2', '3']) {
      const { value } = await reader.read();
      expect(Buffer.from(value ?? '').toString()).toBe(chunk(String(Number(content) - 1)));
      live.push(chunk(content));
    }
    live.push(DONE);
    live.end();
    while (!(await reader.read()).done);
    await until(() => it.queue.outcomes.length === 1);
    expect(it.queue.outcomes).toEqual(['completed']);
    expect(it.queue.received()).toBe(5);
  });

  test.each([
    ['the connection breaks', [chunk('a'), 'data: {"half'], 'break', 'connection_broke'],
    ['it ends without [DONE]', [chunk('a')], 'end', 'connection_broke'],
    ['the engine says it is dead', [chunk('a'), `data: ${DEAD}\n\n`, DONE], 'end', 'engine_died'],
    ['the engine says error', [chunk('a'), 'data: {"error":{"code":500}}\n\n', DONE], 'end', 'engine_error'],
    ['the engine aborts it unasked', [chunk('a'), chunk('', 'abort'), DONE], 'end', 'engine_aborted'],
  ] as const)(
    '%s after the first byte: an error event, no [DONE], no second run',
    async (_, parts, ending, outcome) => {
      await using it = startTestGateway([streams(parts, ending), streams([chunk('other'), DONE])]);
      const response = await chat(it.url, ASK_STREAM);
      expect(response.status).toBe(200);
      const text = await response.text();
      expect(text).toMatch(FAILED_EVENT);
      expect(text.replace(FAILED_EVENT, '')).toBe(chunk('a'));
      expect(it.queue.outcomes).toEqual([outcome]);
      expect(it.queue.sent).toHaveLength(1);
    },
  );

  test('a connection that breaks after [DONE] broke nothing', async () => {
    await using it = startTestGateway([streams([chunk('a'), DONE], 'break')]);
    expect(await (await chat(it.url, ASK_STREAM)).text()).toBe(chunk('a') + DONE);
    expect(it.queue.outcomes).toEqual(['completed']);
  });
});

describe('an engine that dies before its first byte', () => {
  const good = streams([chunk('b'), DONE]);

  test.each([
    ['refuses', fails('refused'), 'engine_unreached'],
    ['resets', fails('reset'), 'connection_broke'],
    ['breaks between status line and first event', streams([], 'break'), 'connection_broke'],
    ['says that its core is dead', says(DEAD, 500), 'engine_died'],
    ['says so as the first event', streams([`data: ${DEAD}\n\n`, DONE]), 'engine_died'],
    ['is told to stop', streams([chunk('', 'abort'), DONE]), 'engine_aborted'],
    ['is full', says('{"error":{"message":"full","code":503}}', 503), 'engine_error'],
  ] as const)('%s: another replica answers, and the client sees that one alone', async (_, bad, failure) => {
    await using it = startTestGateway([bad, good]);
    const response = await chat(it.url, ASK_STREAM);
    expect(await response.text()).toBe(chunk('b') + DONE);
    expect(response.headers.get('x-ssw-replica')).toBe('r2');
    expect(it.queue.givenBack).toEqual([failure]);
    expect(it.queue.outcomes).toEqual(['completed']);
  });

  test('bug: a request that cannot be sent to any is a fault of ours: nothing runs again, and no engine is blamed', async () => {
    await using it = startTestGateway([fails('unwritable'), good]);
    const response = await chat(it.url, ASK_STREAM);
    expect(response.status).toBe(500);
    expect(await errorOf(response)).toMatchObject({ code: 'internal_error' });
    expect(it.queue.givenBack).toEqual([]);
    expect(it.queue.outcomes).toEqual(['client_gone']); // of which health and the pauses of replicas hear nothing
    const counted = 'sswinfer_requests_total{pool="heavy",outcome="internal_error"} 1';
    expect(await it.metrics.registry.metrics()).toContain(counted);
  });

  test('so often that the queue has enough of it: the last answer stands', async () => {
    await using it = startTestGateway([fails('reset'), says('{"error":{"message":"full","code":503}}', 503)]);
    const response = await chat(it.url, ASK_STREAM);
    expect(response.status).toBe(503);
    expect(await errorOf(response)).toMatchObject({ message: 'full' });
    expect(it.queue.givenBack).toEqual(['connection_broke', 'engine_error']);
    const counted = 'sswinfer_requests_total{pool="heavy",outcome="engine_error"} 1';
    expect(await it.metrics.registry.metrics()).toContain(counted);
  });
});

describe('a refusal of the queue', () => {
  const AGAIN = { 'x-should-retry': 'true' };
  const REFUSALS: [Refusal, status: number, code: string, retryAfterMs: number][] = [
    [{ reason: 'server_overloaded', depth: 2000, retryAfterMs: 700 }, 503, 'server_overloaded', 700],
    [{ reason: 'bodies_full', heldBytes: 1e9, retryAfterMs: 3200 }, 503, 'server_overloaded', 3200],
    [{ reason: 'tenant_queue_full', depth: 500, retryAfterMs: 90_000 }, 429, 'tenant_queue_full', 60_000],
    [{ reason: 'wait_too_long', predictedMs: 4000.4, retryAfterMs: 4000 }, 503, 'queue_timeout', 4000],
    [{ reason: 'queue_timeout', waitedMs: 5000.4 }, 503, 'queue_timeout', 5000],
    [{ reason: 'queue_unavailable' }, 503, 'queue_unavailable', 2000],
    [{ reason: 'no_replica' }, 503, 'no_replica', 10_000],
    [{ reason: 'draining' }, 503, 'draining', 5000],
  ];
  test.each(REFUSALS)('%j', async (refusal, status, code, retryAfterMs) => {
    await using it = startTestGateway(refusal);
    const response = await chat(it.url, ASK);
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      ...AGAIN,
      'retry-after': String(Math.ceil(retryAfterMs / 1000)),
      'retry-after-ms': String(retryAfterMs),
      'x-ssw-reject-reason': refusal.reason,
      'x-ssw-pool': 'heavy',
    });
    expect(response.headers.has('x-ssw-replica')).toBe(false);
    const type = status === 429 ? 'rate_limit_error' : 'server_error';
    expect(await errorOf(response)).toMatchObject({ code, type, message: expect.not.stringContaining('undefined') });
    const counted = `sswinfer_requests_total{pool="heavy",outcome="${refusal.reason}"} 1`;
    expect(await it.metrics.registry.metrics()).toContain(counted);
  });

  test("of a tenant's allowance says what is left of it", async () => {
    const rate = { requests: { remaining: 0, resetMs: 60_000 }, tokens: { remaining: 12, resetMs: 800 } };
    const refusal = { reason: 'rate_limit_exceeded', by: 'requests', retryAfterMs: 1000, rate } as const;
    await using it = startTestGateway(refusal, { tenants: limited });
    const response = await chat(it.url, ASK);
    expect(response.status).toBe(429);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      ...AGAIN,
      'retry-after': '1',
      'retry-after-ms': '1000',
      'x-ssw-reject-reason': 'rate_limit_exceeded',
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '1m0s',
      'x-ratelimit-limit-tokens': '5000',
      'x-ratelimit-remaining-tokens': '12',
      'x-ratelimit-reset-tokens': '800ms',
    });
    expect(await errorOf(response)).toMatchObject({ code: 'rate_limit_exceeded', type: 'rate_limit_error' });
  });

  test('by an operator is not tried again by an SDK', async () => {
    await using it = startTestGateway({ reason: 'cancelled_by_operator' });
    const response = await chat(it.url, ASK);
    expect(response.status).toBe(503);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(response.headers.get('x-ssw-reject-reason')).toBe('cancelled_by_operator');
    expect(await errorOf(response)).toMatchObject({ code: 'cancelled_by_operator' });
  });
});

const limited = {
  ...SETTINGS.tenants,
  defaults: { ...SETTINGS.tenants.defaults, requestsPerMinute: 60, tokensPerMinute: 5000 },
};

describe('what the queue says of a granted request', () => {
  const quiet = [says(completion('hi'))];

  test("what is left of its tenant's allowances", async () => {
    const rate = { requests: { remaining: 59, resetMs: 1000 }, tokens: undefined };
    await using it = startTestGateway(quiet, { tenants: limited, circumstances: { rate } });
    const { headers } = await chat(it.url, ASK);
    expect(headers.get('x-ratelimit-limit-requests')).toBe('60');
    expect(headers.get('x-ratelimit-remaining-requests')).toBe('59');
    expect(headers.get('x-ratelimit-reset-requests')).toBe('1s');
    expect(headers.has('x-ratelimit-limit-tokens')).toBe(false);
  });

  test('that its line was in memory', async () => {
    await using it = startTestGateway(quiet, { circumstances: { degraded: true } });
    expect((await chat(it.url, ASK)).headers.get('x-ssw-queue')).toBe('degraded');
  });

  test('nothing of either, usually', async () => {
    await using it = startTestGateway(quiet);
    const { headers } = await chat(it.url, ASK);
    expect(headers.has('x-ssw-queue')).toBe(false);
    expect([...headers.keys()].filter((name) => name.startsWith('x-ratelimit'))).toEqual([]);
  });
});

describe('what the queue is told of the usage', () => {
  const usage = { prompt: 7, completion: 3, cached: 4 };

  test('of a reply in one piece', async () => {
    await using it = startTestGateway([says(completion('hi'))]);
    await chat(it.url, ASK);
    expect(it.queue.finishedWith).toEqual([{ ...usage, cached: 0 }]);
  });

  test('of a stream that says it at its end', async () => {
    await using it = startTestGateway([streams([chunk('a'), USAGE + DONE])]);
    await (await chat(it.url, ASK_STREAM)).text();
    expect(it.queue.finishedWith).toEqual([usage]);
    expect(it.queue.used).toEqual([]);
  });

  test('of a stream that says it on its way', async () => {
    await using it = startTestGateway([streams([USAGE, chunk('b'), DONE])]);
    await (await chat(it.url, ASK_STREAM)).text();
    expect(it.queue.used[0]).toEqual(usage);
  });

  test('of a long stream that says nothing: its length, while it grows', async () => {
    await using it = startTestGateway([streams([...Array<string>(200).fill(chunk('x')), DONE])]);
    await (await chat(it.url, ASK_STREAM)).text();
    expect(it.queue.used.map((used) => used.completion)).toEqual([65, 129, 193, 201]);
    expect(it.queue.finishedWith).toEqual([undefined]);
  });
});
