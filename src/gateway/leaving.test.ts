import { describe, expect, test } from 'bun:test';
import { post, rawClient } from './fixtures/raw-client.ts';
import { chunk, DONE, hangs, liveStream, says, STREAM_TYPE, type Script } from './fixtures/scripted-engine.ts';
import { ASK_STREAM, chat, startTestGateway, until, type TestGateway } from './fixtures/test-gateway.ts';

const ASK_RAW = post('/v1/chat/completions', ASK_STREAM);
/** The promise is 50 ms; a busy machine may miss it once, so the best of a few tries counts. */
const NOTICE_MS_MAX = 50;
const TRIES = 5;

describe('a client that leaves', () => {
  test('in line: its ticket leaves too', async () => {
    await using it = startTestGateway('wait');
    const noticeMs = await bestOf(async () => {
      const client = rawClient(it.gateway.port, ASK_RAW);
      await until(() => it.queue.waiting() === 1);
      const leftAtMs = leave(client.socket);
      await until(() => it.queue.waiting() === 0);
      return it.queue.cancelledAtMs()! - leftAtMs;
    });
    expect(noticeMs).toBeLessThan(NOTICE_MS_MAX);
    expect(await counted(it, 'client_gone')).toBe(TRIES);
    expect(it.queue.sent).toEqual([]);
  });

  test('before the headers: the engine is told to stop, nothing runs again', async () => {
    await using it = startTestGateway([hangs]);
    const noticeMs = await bestOf(async (round) => {
      const client = rawClient(it.gateway.port, ASK_RAW);
      await until(() => it.queue.sent.length === round);
      let abortedAtMs = 0;
      it.queue.sent.at(-1)!.signal.addEventListener('abort', () => (abortedAtMs = performance.now()));
      const leftAtMs = leave(client.socket);
      await until(() => it.queue.outcomes.length === round);
      return abortedAtMs - leftAtMs;
    });
    expect(noticeMs).toBeLessThan(NOTICE_MS_MAX);
    expect(it.queue.outcomes).toEqual(Array.from({ length: TRIES }, () => 'client_gone'));
    expect(it.queue.givenBack).toEqual([]);
  });

  test('mid-stream while the engine is silent: its connection is closed', async () => {
    let current = liveStream();
    await using it = startTestGateway([(request) => current.script(request)]);
    const noticeMs = await bestOf(async (round) => {
      current = liveStream();
      current.push(chunk('a'));
      const client = rawClient(it.gateway.port, ASK_RAW);
      await until(() => client.received().includes(chunk('a')));
      const leftAtMs = leave(client.socket);
      await until(() => current.closedAtMs() !== undefined && it.queue.outcomes.length === round);
      return current.closedAtMs()! - leftAtMs;
    });
    expect(noticeMs).toBeLessThan(NOTICE_MS_MAX);
    expect(it.queue.outcomes).toEqual(Array.from({ length: TRIES }, () => 'client_gone'));
  });

  test('with fetch and an AbortController', async () => {
    const live = liveStream();
    await using it = startTestGateway([live.script]);
    const abort = new AbortController();
    live.push(chunk('a'));
    const headers = { 'content-type': 'application/json' };
    const request = { method: 'POST', body: ASK_STREAM, headers, signal: abort.signal };
    const response = await fetch(`${it.url}/v1/chat/completions`, request);
    await response.body!.getReader().read();
    abort.abort();
    await until(() => live.closedAtMs() !== undefined);
    expect(it.queue.outcomes).toEqual(['client_gone']);
  });
});

/** An engine that writes as fast as it is read, and counts. */
function torrent() {
  const piece = chunk('x'.repeat(16_000));
  let produced = 0;
  let closed = false;
  const script: Script = () => {
    const body = (async function* () {
      try {
        for (; produced < 20_000; produced += 1) yield Buffer.from(piece);
        yield Buffer.from(DONE);
      } finally {
        closed = true;
      }
    })();
    return Promise.resolve({ ok: true, status: 200, headers: STREAM_TYPE, body });
  };
  return { script, producedBytes: () => produced * piece.length, closed: () => closed };
}

/** What the kernel's buffers on both ends of a loopback connection may hold. */
const SOCKET_BYTES_MAX = 16_000_000;

describe('a client that does not read', () => {
  test('holds the engine back until it reads', async () => {
    const engine = torrent();
    await using it = startTestGateway([engine.script]);
    using client = rawClient(it.gateway.port, ASK_RAW, 'later');
    await until(() => engine.producedBytes() > 0);
    const heldAt = await settled(engine.producedBytes);
    expect(heldAt).toBeLessThan(SOCKET_BYTES_MAX);
    const received = it.queue.received();
    client.socket.resume();
    await until(() => engine.producedBytes() > 2 * heldAt);
    expect(it.queue.received()).toBe(received); // what had to wait for its reader says nothing of the engine of now
    client.socket.destroy();
    await until(() => engine.closed());
    expect(it.queue.outcomes).toEqual(['client_gone']);
  });

  test('is cut after the time it is given, and its engine with it', async () => {
    const engine = torrent();
    await using it = startTestGateway([engine.script], { slowClientTimeoutMs: 100 });
    using client = rawClient(it.gateway.port, ASK_RAW, 'later');
    await until(() => engine.closed() && it.queue.outcomes.length === 1);
    expect(it.queue.outcomes).toEqual(['client_gone']);
    client.socket.resume();
    await until(() => client.closed());
    expect(client.received()).not.toContain('[DONE]');
  });

  test('cannot keep a reply in one piece for ever either', async () => {
    const large = JSON.stringify({ text: 'x'.repeat(40_000_000) });
    await using it = startTestGateway([says(large)], { slowClientTimeoutMs: 1000 });
    using client = rawClient(it.gateway.port, ASK_RAW, 'later');
    await until(() => it.queue.outcomes.length === 1);
    await it.gateway.stop(new AbortController().signal); // resolves once nothing is owed to anybody any more
    client.socket.resume();
    await until(() => client.closed());
    expect(client.received().length).toBeLessThan(SOCKET_BYTES_MAX);
  }, 30_000);
});

describe('a client that reads slowly', () => {
  test('is not cut while it makes progress', async () => {
    const live = liveStream();
    await using it = startTestGateway([live.script], { slowClientTimeoutMs: 50 });
    const answer = chat(it.url, ASK_STREAM);
    live.push(chunk('a'));
    const response = await answer;
    await Bun.sleep(120); // nothing to read is no stall: the engine thinks
    live.push(chunk('b') + DONE);
    live.end();
    expect(await response.text()).toBe(chunk('a') + chunk('b') + DONE);
  });
});

function leave(socket: { destroy(): unknown }): number {
  const leftAtMs = performance.now();
  socket.destroy();
  return leftAtMs;
}

async function bestOf(once: (round: number) => Promise<number>): Promise<number> {
  const all: number[] = [];
  for (let round = 1; round <= TRIES; round += 1) all.push(await once(round));
  return Math.min(...all);
}

async function counted(it: TestGateway, outcome: string): Promise<number> {
  const { values } = await it.metrics.requests.get();
  return values.find((value) => value.labels.outcome === outcome)?.value ?? 0;
}

/** The value once it has not changed for a while. */
async function settled(read: () => number): Promise<number> {
  let last = -1;
  while (read() !== last) {
    last = read();
    await Bun.sleep(200);
  }
  return last;
}
