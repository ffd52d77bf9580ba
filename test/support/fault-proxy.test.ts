import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFaultProxy, type FaultProxy } from './fault-proxy.ts';
import { createRandom } from './random.ts';
import { until } from './wait.ts';

/** An end of a connection and what came of it. */
interface End {
  readonly socket: Socket;
  text: string;
  ended: 'no' | 'closed' | 'broken';
}

const directory = mkdtempSync(join(tmpdir(), 'ssw-proxy-'));
const path = join(directory, 'server.sock');
const ends: (() => unknown)[] = [];
let accepted: End[];
let proxy: FaultProxy;

beforeEach(async () => {
  accepted = [];
  const server = createServer((socket) => {
    const it = watched(socket);
    accepted.push(it);
    socket.on('data', (bytes) => socket.write(bytes)); // an echo
  });
  await new Promise<void>((resolve) => void server.listen(path, resolve));
  proxy = await openFaultProxy({ path }, createRandom(1));
  ends.push(
    () => server.close(),
    () => proxy[Symbol.asyncDispose](),
  );
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  rmSync(path, { force: true });
});

function watched(socket: Socket): End {
  const it: End = { socket, text: '', ended: 'no' };
  socket.on('data', (bytes) => void (it.text += bytes.toString()));
  socket.on('error', () => void (it.ended = 'broken'));
  socket.on('close', () => void (it.ended = it.ended === 'no' ? 'closed' : it.ended));
  return it;
}

async function connect(): Promise<End> {
  if (!('port' in proxy.place)) throw new Error('expected a port');
  const before = accepted.length;
  const it = watched(createConnection({ port: proxy.place.port, host: '127.0.0.1' }));
  ends.push(() => it.socket.destroy());
  await until('the server has the connection', () => accepted.length > before);
  return it;
}

async function echoed(it: End, text: string): Promise<void> {
  it.text = '';
  it.socket.write(text);
  await until(`${text} comes back`, () => it.text === text);
}

test('passes bytes both ways, and both ends of a close', async () => {
  const client = await connect();
  await echoed(client, 'hello');
  await echoed(client, 'x'.repeat(1_000_000));
  client.socket.end();
  await until('both are closed', () => client.ended === 'closed' && accepted[0]?.ended === 'closed');
  await until('the proxy knows none', () => proxy.connections() === 0);
});

test('makes every piece late, and keeps their order', async () => {
  const client = await connect();
  proxy.set({ latencyMs: { least: 20, most: 40 } });
  const startedMs = performance.now();
  await echoed(client, 'late');
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(39); // twice the least, timers round
  for (const letter of ['a', 'b', 'c', 'd']) client.socket.write(letter);
  await until('all came', () => client.text.length === 8);
  expect(client.text).toBe('lateabcd');
});

test('bug: pieces that come within the same millisecond keep their order', async () => {
  const client = await connect();
  proxy.set({ latencyMs: { least: 1, most: 8 } });
  client.socket.setNoDelay(true);
  const pieces = Array.from({ length: 2_000 }, (_, at) => `${at} `);
  for (const piece of pieces) {
    client.socket.write(piece);
    await new Promise((resolve) => setImmediate(resolve)); // so that each is read for itself
  }
  const whole = pieces.join('');
  await until('all came', () => client.text.length === whole.length);
  expect(client.text).toBe(whole);
});

test('a black hole closes nothing, and gives back what it held', async () => {
  const client = await connect();
  const other = await connect();
  await echoed(client, 'marked');
  await echoed(other, 'plain');
  proxy.setOpen({ blackHole: 'up' }, (opening) => opening.startsWith('marked'));
  client.socket.write(' held');
  await echoed(other, 'goes on');
  expect(client.text).toBe('marked');
  expect(client.ended).toBe('no');
  proxy.set({});
  await until('it came', () => client.text === 'marked held');
});

test('resets those it is told to', async () => {
  const client = await connect();
  const other = await connect();
  await echoed(client, 'marked');
  await echoed(other, 'plain');
  proxy.reset((opening) => opening === 'marked');
  await until('it broke', () => client.ended === 'broken');
  await echoed(other, 'still here');
  expect(proxy.connections()).toBe(1);
});

test('leaves one end alone with nobody', async () => {
  const client = await connect();
  await echoed(client, 'before');
  proxy.halfOpen('server');
  await until('the server saw it go', () => accepted[0]?.ended !== 'no');
  client.socket.write('into the void');
  const other = await connect();
  await echoed(other, 'a new one works');
  expect(client.ended).toBe('no');
  expect(client.text).toBe('before');
});

test('cuts a piece in the middle', async () => {
  const client = await connect();
  proxy.set({ truncateChance: 1 });
  client.socket.write('0123456789');
  await until('both ends closed', () => client.ended !== 'no' && accepted[0]?.ended !== 'no');
  expect('0123456789').toStartWith(accepted[0]?.text ?? '');
  expect(accepted[0]?.text.length).toBeLessThan(10);
});

test('refuses while told to', async () => {
  proxy.refuse(true);
  if (!('port' in proxy.place)) throw new Error('expected a port');
  const refused = watched(createConnection({ port: proxy.place.port, host: '127.0.0.1' }));
  await until('it is gone', () => refused.ended !== 'no');
  proxy.refuse(false);
  await echoed(await connect(), 'welcome');
});

test('listens on a unix socket too', async () => {
  const at = { path: join(directory, 'proxy.sock') };
  const second = await openFaultProxy({ path }, createRandom(1), at);
  ends.push(() => second[Symbol.asyncDispose]());
  expect(second.place).toEqual(at);
  const client = watched(createConnection(at));
  ends.push(() => client.socket.destroy());
  await echoed(client, 'over unix');
});
