import { describe, expect, test } from 'bun:test';
import { getEventListeners } from 'node:events';
import { until } from '../../test/support/wait.ts';
import { systemClock } from '../telemetry/index.ts';
import { createEngineClient } from './client.ts';
import type { Endpoint } from './endpoint.ts';
import type { EngineReply, EngineRequest } from './protocol.ts';
import { KINDS, rawServer, type RawRequest } from './raw-server.fixture.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const END = chunk('');

/** A client that is closed when its test ends. */
function clientOf(endpoint: Endpoint) {
  const client = createEngineClient(endpoint, systemClock);
  return { ...client, [Symbol.dispose]: () => client.close() };
}

const never = () => new AbortController().signal;

function post(request: Partial<EngineRequest> = {}): EngineRequest {
  return { path: '/v1/completions', body: '{}', headers: {}, signal: never(), ...request };
}

function answered(reply: EngineReply): Extract<EngineReply, { ok: true }> {
  if (!reply.ok) throw new Error(`no answer: ${reply.failure}`, { cause: reply.cause });
  return reply;
}

async function textOf(reply: EngineReply): Promise<string> {
  const parts = await Array.fromAsync(answered(reply).body);
  return Buffer.concat(parts).toString();
}

/** What a reader of the body sees: its text, then how it ended. */
async function read(reply: EngineReply): Promise<string> {
  let text = '';
  try {
    for await (const part of answered(reply).body) text += Buffer.from(part).toString();
    return `${text}|end`;
  } catch {
    return `${text}|broken`;
  }
}

/** Each of these is a property of both kinds of connection. */
describe.each(KINDS)('over %s', (kind) => {
  test('a request arrives as it was given and the answer comes back with lower-case headers', async () => {
    const requests: string[] = [];
    await using server = await rawServer(kind, ({ socket, text }) => {
      requests.push(text);
      socket.write('HTTP/1.1 404 Not Found\r\nX-Trace: a\r\nContent-Length: 4\r\n\r\nnope');
    });
    using client = clientOf(server.endpoint);
    const reply = await client.send(post({ body: '{"prompt":"é"}', headers: { 'x-request-id': 'r1' } }));
    expect(answered(reply).status).toBe(404);
    expect(answered(reply).headers['x-trace']).toBe('a');
    expect(await textOf(reply)).toBe('nope');
    expect(requests[0]).toStartWith('POST /v1/completions HTTP/1.1\r\n');
    expect(requests[0]).toContain('x-request-id: r1\r\n');
    expect(requests[0]).toContain('content-length: 15\r\n');
    expect(Buffer.from(requests[0] ?? '', 'latin1').toString()).toEndWith('\r\n\r\n{"prompt":"é"}');
  });

  test("framing is the connection's own, whatever headers a caller brings along", async () => {
    const requests: string[] = [];
    await using server = await rawServer(kind, ({ socket, text }) => {
      requests.push(text.toLowerCase());
      socket.write(OK);
    });
    using client = clientOf(server.endpoint);
    const headers = { 'Content-Length': '999', 'Transfer-Encoding': 'chunked', Connection: 'close', Host: 'evil' };
    expect(await textOf(await client.send(post({ headers })))).toBe('ok');
    expect(requests[0]?.match(/content-length: .*/g)).toEqual(['content-length: 2']);
    expect(requests[0]).not.toMatch(/chunked|connection: close|evil/);
  });

  test('bytes come when the engine sends them, not when it is done', async () => {
    let engine: RawRequest | undefined;
    await using server = await rawServer(kind, (request) => {
      engine = request;
      request.socket.write(STREAM + chunk('one'));
    });
    using client = clientOf(server.endpoint);
    const seen: string[] = [];
    for await (const part of answered(await client.send(post())).body) {
      seen.push(Buffer.from(part).toString());
      engine?.socket.write(seen.length === 1 ? chunk('two') : END);
    }
    expect(seen).toEqual(['one', 'two']);
  });

  test.each([
    ['a chunked body', STREAM + chunk('abc')],
    ['a body of known length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc'],
  ])('%s that breaks off throws and never just ends', async (_, start) => {
    await using server = await rawServer(kind, ({ socket }) => socket.write(start));
    using client = clientOf(server.endpoint);
    const reply = answered(await client.send(post()));
    const text = read(reply);
    await server[Symbol.asyncDispose]();
    expect(await text).toBe('abc|broken');
  });

  test('a break that happens before anybody reads is found by the reader', async () => {
    await using server = await rawServer(kind, ({ socket }) => socket.end(STREAM + chunk('abc')));
    using client = clientOf(server.endpoint);
    const reply = await client.send(post());
    await server.closed(1);
    expect(await read(reply)).toEndWith('|broken');
  });

  test('aborting before the status line closes the connection at once', async () => {
    const arrived = Promise.withResolvers<void>();
    await using server = await rawServer(kind, () => arrived.resolve());
    using client = clientOf(server.endpoint);
    const abort = new AbortController();
    const reply = client.send(post({ signal: abort.signal }));
    await arrived.promise;
    const startMs = performance.now();
    abort.abort();
    await server.closed(1);
    expect(performance.now() - startMs).toBeLessThan(50);
    expect(await reply).toMatchObject({ ok: false, failure: 'aborted' });
  });

  test('aborting in the middle of a stream closes the connection at once', async () => {
    await using server = await rawServer(kind, ({ socket }) => socket.write(STREAM + chunk('abc')));
    using client = clientOf(server.endpoint);
    const abort = new AbortController();
    const text = read(await client.send(post({ signal: abort.signal })));
    const startMs = performance.now();
    abort.abort();
    await server.closed(1);
    expect(performance.now() - startMs).toBeLessThan(50);
    expect(await text).toEndWith('|broken');
  });

  test('a reader that leaves closes the connection', async () => {
    await using server = await rawServer(kind, ({ socket }) => socket.write(STREAM + chunk('abc')));
    using client = clientOf(server.endpoint);
    for await (const _ of answered(await client.send(post())).body) break;
    await server.closed(1);
  });

  test('an aborted signal sends nothing', async () => {
    await using server = await rawServer(kind, ({ socket }) => socket.write(OK));
    using client = clientOf(server.endpoint);
    expect(await client.send(post({ signal: AbortSignal.abort() }))).toMatchObject({ ok: false, failure: 'aborted' });
    expect(server.connections()).toBe(0);
  });

  test('a connection is kept for the next request, and an abort after the end does not touch it', async () => {
    await using server = await rawServer(kind, ({ socket }) => socket.write(OK));
    using client = clientOf(server.endpoint);
    const abort = new AbortController();
    await textOf(await client.send(post({ signal: abort.signal })));
    const second = client.send(post());
    abort.abort();
    expect(await textOf(await second)).toBe('ok');
    expect(server.connections()).toBe(1);
  });

  test('300 requests run at once', async () => {
    const waiting: RawRequest[] = [];
    await using server = await rawServer(kind, (request) => {
      if (waiting.push(request) === 300) for (const { socket } of waiting) socket.write(OK);
    });
    using client = clientOf(server.endpoint);
    const texts = await Promise.all(Array.from({ length: 300 }, async () => textOf(await client.send(post()))));
    expect(texts).toEqual(Array.from({ length: 300 }, () => 'ok'));
  });

  test('an unread body stops the engine, and reading it starts the engine again', async () => {
    const totalBytes = 67_108_864;
    let sentBytes = 0;
    await using server = await rawServer(kind, ({ socket }) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${totalBytes}\r\n\r\n`);
      const block = Buffer.alloc(65_536);
      const pump = () => {
        let open = true;
        while (open && sentBytes < totalBytes) {
          open = socket.write(block);
          sentBytes += block.length;
        }
        if (!open) socket.once('drain', pump);
      };
      pump();
    });
    using client = clientOf(server.endpoint);
    const reply = answered(await client.send(post()));
    let seenBytes = -1;
    let looksUnchanged = 0;
    await until('the engine is stopped', () => {
      looksUnchanged = seenBytes === sentBytes ? looksUnchanged + 1 : 0;
      seenBytes = sentBytes;
      return looksUnchanged === 10;
    });
    expect(sentBytes).toBeLessThan(totalBytes);
    let readBytes = 0;
    for await (const part of reply.body) readBytes += part.byteLength;
    expect(readBytes).toBe(totalBytes);
  });

  test('a body tells of itself, and keeps back what comes while it is paused', async () => {
    let engine: RawRequest | undefined;
    await using server = await rawServer(kind, (request) => {
      engine = request;
      request.socket.write(STREAM + chunk('one'));
    });
    using client = clientOf(server.endpoint);
    const { flow } = answered(await client.send(post())).body;
    const told: string[] = [];
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const tell = (bytes: Uint8Array) => void told.push(Buffer.from(bytes).toString());
    const tellOne = (bytes: Uint8Array) => {
      tell(bytes);
      flow?.pause();
    };
    flow?.resume({ data: tellOne, end: resolve, broke: resolve });
    await until('the first is told', () => told.length === 1);
    engine?.socket.write(chunk('two') + END);
    await Bun.sleep(10); // nothing is to happen
    expect(told).toEqual(['one']);
    flow?.resume({ data: tell, end: resolve, broke: resolve });
    await over;
    expect(told).toEqual(['one', 'two']);
  });

  test('a kept connection that the engine closed meanwhile is replaced, unseen', async () => {
    await using server = await rawServer(kind, ({ socket, connection }) => {
      socket.write(OK);
      if (connection === 1) socket.removeAllListeners('data').on('data', () => socket.destroy());
    });
    using client = clientOf(server.endpoint);
    await textOf(await client.send(post()));
    expect(await textOf(await client.send(post()))).toBe('ok');
    expect(server.connections()).toBe(2);
  });

  test('a fresh connection that breaks before the status line is a reset, and is not tried again', async () => {
    await using server = await rawServer(kind, ({ socket }) => socket.destroy());
    using client = clientOf(server.endpoint);
    expect(await client.send(post())).toMatchObject({ ok: false, failure: 'reset' });
    expect(server.connections()).toBe(1);
  });

  test('a kept connection that breaks within the status line is a reset: the engine had begun', async () => {
    let requests = 0;
    await using server = await rawServer(kind, ({ socket }) => {
      requests += 1;
      if (requests === 1) socket.write(OK);
      else socket.end('HTTP/1.1 20');
    });
    using client = clientOf(server.endpoint);
    await textOf(await client.send(post()));
    expect(await client.send(post())).toMatchObject({ ok: false, failure: 'reset' });
    expect(requests).toBe(2);
  });

  test('an engine that dies of a request on a kept connection is a reset, not refused', async () => {
    let requests = 0;
    await using server = await rawServer(kind, ({ socket }) => {
      requests += 1;
      if (requests === 1) socket.write(OK);
      else void server[Symbol.asyncDispose]();
    });
    using client = clientOf(server.endpoint);
    await textOf(await client.send(post()));
    expect(await client.send(post())).toMatchObject({ ok: false, failure: 'reset' });
  });

  test('what is not HTTP is a reset', async () => {
    await using server = await rawServer(kind, ({ socket }) => socket.write('SSH-2.0-nonsense\r\n\r\n'));
    using client = clientOf(server.endpoint);
    expect(await client.send(post())).toMatchObject({ ok: false, failure: 'reset' });
  });

  test('nobody listening is refused', async () => {
    const server = await rawServer(kind, () => undefined);
    await server[Symbol.asyncDispose]();
    using client = clientOf(server.endpoint);
    expect(await client.send(post())).toMatchObject({ ok: false, failure: 'refused' });
    expect(await client.get('/health', 1000)).toMatchObject({ ok: false, failure: 'refused' });
  });

  test('bug: a header or a path that cannot be written is a fault of ours, not of the engine; nothing is sent', async () => {
    await using server = await rawServer(kind, ({ socket }) => socket.write(OK));
    using client = clientOf(server.endpoint);
    for (const wrong of [{ headers: { x: 'a\r\nb' } }, { headers: { x: '\u0142' } }, { path: '/a b' }])
      expect(await client.send(post(wrong))).toMatchObject({ ok: false, failure: 'unwritable' });
    expect(await client.get('/a b', 1000)).toMatchObject({ ok: false, failure: 'exhausted' });
    expect(server.connections()).toBe(0);
  });

  test('closing breaks what runs and refuses what comes', async () => {
    const arrived = Promise.withResolvers<void>();
    await using server = await rawServer(kind, () => arrived.resolve());
    using client = clientOf(server.endpoint);
    const reply = client.send(post());
    await arrived.promise;
    client.close();
    expect(await reply).toMatchObject({ ok: false, failure: 'reset' });
    expect(await client.send(post())).toMatchObject({ ok: false, failure: 'refused' });
    await server.closed(1);
  });

  test('closing breaks what is sent once more, too', async () => {
    const again = Promise.withResolvers<void>();
    await using server = await rawServer(kind, ({ socket, connection }) => {
      if (connection === 2) return again.resolve();
      socket.write(OK);
      socket.removeAllListeners('data').on('data', () => socket.destroy());
    });
    using client = clientOf(server.endpoint);
    await textOf(await client.send(post()));
    const reply = client.send(post());
    await again.promise;
    client.close();
    expect(await reply).toMatchObject({ ok: false, failure: 'reset' });
    await server.closed(2);
  });

  test('a signal that outlives its request keeps nothing of it', async () => {
    await using server = await rawServer(kind, ({ socket }) => socket.write(OK));
    using client = clientOf(server.endpoint);
    const { signal } = new AbortController();
    await textOf(await client.send(post({ signal })));
    await textOf(await client.send(post({ signal })));
    expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1);
  });

  test('get answers with the whole document', async () => {
    await using server = await rawServer(kind, ({ socket }) =>
      socket.write(STREAM + chunk('a 1\n') + chunk('b 2\n') + END),
    );
    using client = clientOf(server.endpoint);
    expect(await client.get('/metrics', 1000)).toEqual({ ok: true, status: 200, text: 'a 1\nb 2\n' });
  });

  test.each([
    ['before the status line', ''],
    ['in the middle of the document', STREAM + chunk('a')],
  ])('get gives up %s when its time is over, and closes the connection', async (_, start) => {
    await using server = await rawServer(kind, ({ socket }) => void (start !== '' && socket.write(start)));
    using client = clientOf(server.endpoint);
    expect(await client.get('/health', 50)).toMatchObject({ ok: false, failure: 'timed_out' });
    await server.closed(1);
  });

  test('get takes no endless document', async () => {
    await using server = await rawServer(kind, ({ socket }) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n${'x'.repeat(5_000_000)}`);
    });
    using client = clientOf(server.endpoint);
    expect(await client.get('/metrics', 5000)).toMatchObject({ ok: false, failure: 'reset' });
  });
});
