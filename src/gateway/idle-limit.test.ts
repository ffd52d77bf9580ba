import { describe, expect, test } from 'bun:test';
import { post, rawClient } from './fixtures/raw-client.ts';
import { chunk, DONE, hangs, liveStream, streams } from './fixtures/scripted-engine.ts';
import { ASK_STREAM, startTestGateway, until } from './fixtures/test-gateway.ts';

const ASK_RAW = post('/v1/chat/completions', ASK_STREAM);
/** The least there is: 1 s, and what the sweeps of uWebSockets add. */
const setting = { slowClientTimeoutMs: 100 };
/** Two sweeps and a little: whoever is there after them is not limited. */
const LIMITED_MS = 9000;
const TEST_MS = 20_000;

describe('a connection that lies still is closed', () => {
  test.concurrent.each([
    ['a body of known length', ASK_RAW.slice(0, -5)],
    ['a chunked body', 'POST /v1/completions HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\n{"a'],
  ])(
    'in %s: it does not hold up a graceful stop, and is counted as gone',
    async (_, half) => {
      await using it = startTestGateway('wait', setting);
      using client = rawClient(it.gateway.port, half);
      await until(() => client.socket.bytesWritten > 0);
      await fetch(`${it.url}/health`); // by now the head has been read
      await it.gateway.stop(new AbortController().signal);
      await until(() => client.closed());
      expect(await it.metrics.registry.metrics()).toContain('sswinfer_requests_total{outcome="client_gone"} 1\n');
    },
    TEST_MS,
  );

  test.concurrent(
    'after a stream: a client that vanished keeps no descriptor for ever',
    async () => {
      await using it = startTestGateway([streams([chunk('a'), DONE])], setting);
      using client = rawClient(it.gateway.port, ASK_RAW);
      await until(() => client.received().includes('[DONE]'));
      const endedAtMs = performance.now();
      while (!client.closed() && performance.now() - endedAtMs < LIMITED_MS) await Bun.sleep(10);
      expect(client.closed()).toBe(true);
    },
    TEST_MS,
  );
});

describe('a client that rightly waits is not cut', () => {
  test.concurrent.each([
    ['in line', 'wait'],
    ['for an engine', [hangs]],
    ['for the next event of a stream', [thinking()]],
  ] as const)(
    '%s',
    async (_, plan) => {
      await using it = startTestGateway(plan, setting);
      using client = rawClient(it.gateway.port, ASK_RAW);
      await until(() => it.queue.tickets.length === 1);
      await Bun.sleep(LIMITED_MS); // that nothing happens can only be waited for
      expect(client.closed()).toBe(false);
      expect(it.queue.outcomes).toEqual([]);
    },
    TEST_MS,
  );
});

/** Says one word and thinks. */
function thinking() {
  const live = liveStream();
  live.push(chunk('a'));
  return live.script;
}
