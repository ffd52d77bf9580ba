import { describe, expect, test } from 'bun:test';
import { fileURLToPath } from 'node:url';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { until } from '../../../test/support/wait.ts';
import type { Endpoint } from '../endpoint.ts';
import { KINDS, rawServer } from '../raw-server.fixture.ts';
import type { Exchange } from './connection.ts';
import { DESERTED_CONNECTIONS_MAX, IDLE_CONNECTIONS_MAX, IDLE_MS_MAX } from './limits.ts';
import { createPool, type Pool } from './pool.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const REQUEST = [Buffer.from('GET / HTTP/1.1\r\n\r\n')];

function poolOf(endpoint: Endpoint) {
  const clock = createFakeClock();
  const pool = createPool(endpoint, clock);
  return { ...pool, clock, [Symbol.dispose]: () => pool.close() };
}

interface Asked {
  readonly exchange: Exchange;
  readonly status: () => number | undefined;
  /** The body, or where it broke. */
  readonly over: Promise<string>;
}

function ask(pool: Pool, request: readonly Uint8Array[] = REQUEST): Asked {
  const { promise: over, resolve } = Promise.withResolvers<string>();
  let status: number | undefined;
  let body = '';
  const exchange = pool.begin(request, {
    head: (head) => (status = head.status),
    data: (bytes) => (body += bytes.toString()),
    end: () => resolve(body),
    broke: resolve,
  });
  return { exchange, status: () => status, over };
}

describe.each(KINDS)('over %s', (kind) => {
  test('connections are kept for as long as no engine closes them, and closed then', async () => {
    await using server = await rawServer(kind, ({ socket }) => socket.write(OK));
    using pool = poolOf(server.endpoint);
    await Promise.all([ask(pool).over, ask(pool).over]);
    await pool.clock.advance(IDLE_MS_MAX - 1);
    expect(await ask(pool).over).toBe('ok');
    expect(server.connections()).toBe(2);
    await pool.clock.advance(1); // the other one has idled too long
    await Promise.race([server.closed(1), server.closed(2)]);
    expect(await ask(pool).over).toBe('ok');
    expect(server.connections()).toBe(2);
    await pool.clock.advance(IDLE_MS_MAX);
    await Promise.all([server.closed(1), server.closed(2)]);
    expect(pool.clock.nextInMs()).toBeUndefined();
  });

  test('no more idle connections are kept than the limit', async () => {
    const waiting: (() => void)[] = [];
    await using server = await rawServer(kind, ({ socket }) => waiting.push(() => socket.write(OK)));
    using pool = poolOf(server.endpoint);
    const count = IDLE_CONNECTIONS_MAX + 2;
    const asked = Array.from({ length: count }, () => ask(pool).over);
    await until('all have asked', () => waiting.length === count);
    for (const answer of waiting) answer();
    await Promise.all(asked);
    let closed = 0;
    for (let connection = 1; connection <= count; connection += 1)
      void server.closed(connection).then(() => (closed += 1));
    await until('two are closed', () => closed === 2);
  });

  test('a request longer than the kernel takes at once arrives whole', async () => {
    const body = Buffer.alloc(8_388_608, 'x');
    await using server = await rawServer(kind, ({ socket, text }) => {
      const received = text.length - text.indexOf('\r\n\r\n') - 4;
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n${received}`);
    });
    using pool = poolOf(server.endpoint);
    const head = Buffer.from(`POST / HTTP/1.1\r\ncontent-length: ${body.length}\r\n\r\n`);
    expect(await ask(pool, [head, body]).over).toBe('8388608');
    expect(await ask(pool, [head, body]).over).toBe('8388608');
    expect(server.connections()).toBe(1);
  });

  test('an engine that answers before it has the whole request is asked nothing more on that connection', async () => {
    await using server = await rawServer(kind, ({ socket }) => socket.write(OK));
    using pool = poolOf(server.endpoint);
    const endless = Buffer.alloc(67_108_864);
    expect(await ask(pool, [...REQUEST, endless]).over).toBe('ok');
    await server.closed(1);
    expect(await ask(pool).over).toBe('ok');
    expect(server.connections()).toBe(2);
  });

  test('bytes after an answer end the connection, not the next answer', async () => {
    await using server = await rawServer(kind, ({ socket, connection }) => {
      socket.write(connection === 1 ? `${OK}HTTP/1.1 500 Smuggled\r\n\r\n` : OK);
    });
    using pool = poolOf(server.endpoint);
    expect(await ask(pool).over).toBe('ok');
    await server.closed(1);
    expect(await ask(pool).over).toBe('ok');
    expect(server.connections()).toBe(2);
  });

  test('bytes on an idle connection end it', async () => {
    await using server = await rawServer(kind, ({ socket, connection }) => {
      socket.write(OK);
      if (connection === 1) setTimeout(() => socket.write(OK), 5);
    });
    using pool = poolOf(server.endpoint);
    expect(await ask(pool).over).toBe('ok');
    await server.closed(1);
    expect(await ask(pool).over).toBe('ok');
    expect(server.connections()).toBe(2);
  });

  test('an exchange that is over cannot break, pause or leave the one after it', async () => {
    const answers: (() => void)[] = [];
    await using server = await rawServer(kind, ({ socket }) => answers.push(() => socket.write(OK)));
    using pool = poolOf(server.endpoint);
    const first = ask(pool);
    await until('it has arrived', () => answers.length === 1);
    answers.shift()?.();
    await first.over;
    const second = ask(pool);
    first.exchange.pause();
    first.exchange.leave();
    await until('it has arrived', () => answers.length === 1);
    answers.shift()?.();
    expect(await second.over).toBe('ok');
    expect(server.connections()).toBe(1);
  });

  test('a paused exchange that ends leaves a connection that reads', async () => {
    await using server = await rawServer(kind, ({ socket }) => socket.write(OK));
    using pool = poolOf(server.endpoint);
    const { promise, resolve } = Promise.withResolvers<void>();
    const exchange = pool.begin(REQUEST, {
      head: () => exchange.pause(),
      data: () => undefined,
      end: resolve,
      broke: () => undefined,
    });
    await promise;
    expect(await ask(pool).over).toBe('ok');
    expect(server.connections()).toBe(1);
  });

  test('an exchange that is left within its answer gets nothing more, and its connection is not kept', async () => {
    await using server = await rawServer(kind, ({ socket }) => socket.write(OK));
    using pool = poolOf(server.endpoint);
    const told: string[] = [];
    const exchange = pool.begin(REQUEST, {
      head: () => exchange.leave(),
      data: () => told.push('data'),
      end: () => told.push('end'),
      broke: () => told.push('broke'),
    });
    await server.closed(1);
    expect(await ask(pool).over).toBe('ok');
    expect(server.connections()).toBe(2);
    expect(told).not.toContain('end');
  });

  test('closing tells every exchange, and what idles is closed as well', async () => {
    await using server = await rawServer(kind, ({ socket, connection }) => connection === 1 && socket.write(OK));
    using pool = poolOf(server.endpoint);
    await ask(pool).over;
    const kept = ask(pool); // on the same connection
    const fresh = ask(pool);
    pool.close();
    expect(await Promise.all([kept.over, fresh.over])).toEqual(['unanswered', 'unanswered']);
    await server.closed(1);
    expect(pool.clock.nextInMs()).toBeUndefined();
  });
});

test('connections that nobody waits for and that never open do not pile up', async () => {
  const program = fileURLToPath(new URL('fixtures/stuck-server.ts', import.meta.url));
  const child = Bun.spawn([process.execPath, program], { stdout: 'pipe' });
  try {
    const { value } = await child.stdout.getReader().read();
    const port = Number(Buffer.from(value ?? []).toString());
    child.kill('SIGSTOP');
    using pool = poolOf({ kind: 'tcp', host: '127.0.0.1', port });
    const connecting = () => ask(pool);
    const backlog = Array.from({ length: 4 }, connecting); // fills it
    const left = DESERTED_CONNECTIONS_MAX * 3;
    for (let count = 0; count < left; count += 1) {
      ask(pool).exchange.leave();
      await Bun.sleep(1);
    }
    expect(await socketsTo(port)).toBeLessThanOrEqual(backlog.length + DESERTED_CONNECTIONS_MAX);
  } finally {
    child.kill('SIGKILL');
    await child.exited;
  }
});

/** Our sockets that are connecting, or connected, to a port. */
async function socketsTo(port: number): Promise<number> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = (await Bun.file('/proc/self/net/tcp').text()).split('\n');
  return lines.filter((line) => line.trim().split(/\s+/)[2]?.endsWith(suffix)).length;
}
