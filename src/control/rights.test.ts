import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts';
import { until } from '../../test/support/wait.ts';
import { emptyReport, fakeHandler } from './handler.fixture.ts';
import { ROUTES } from './routes.ts';
import { startControlServer, type ControlServer } from './server.ts';

const KEY = 'k'.repeat(32);
const peer = { pid: 7, uid: 1000, gid: 1000 };

let directory: string;
let socket: string;
let clock: FakeClock;
let server: ControlServer;
let logged: object[];
let asked: string[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'control-rights-'));
  socket = join(directory, 'ctl.sock');
  const keyFile = join(directory, 'key');
  writeFileSync(keyFile, KEY, { mode: 0o600 });
  clock = createFakeClock();
  logged = [];
  asked = [];
  const note = (fields: object) => void logged.push(fields);
  server = await startControlServer(
    { socket, tcp: { host: '127.0.0.1', port: 0, keyFile } },
    { handler: fakeHandler(asked, new Set()), clock, log: { info: note, warn: note }, identify: () => peer },
  );
});
afterEach(async () => {
  await server.stop();
  rmSync(directory, { recursive: true });
});

const send = (method: string, path: string, init: RequestInit = {}) =>
  fetch(`http://localhost/v1${path}`, { unix: socket, method, ...init });
const sendReadOnly = (method: string, path: string) =>
  fetch(`http://localhost/v1${path}`, { unix: join(directory, 'ctl-read.sock'), method });
const sendTcp = (authorization: string, path = '/status', method = 'GET') =>
  fetch(`http://127.0.0.1:${server.tcpPort}/v1${path}`, { method, headers: { authorization } });

describe('the read-only socket', () => {
  test('may be opened by everybody, and tells how the node is', async () => {
    expect(statSync(join(directory, 'ctl-read.sock')).mode & 0o777).toBe(0o666);
    expect(await (await sendReadOnly('GET', '/status')).json()).toEqual(emptyReport);
  });
  test('refuses whatever changes something, and what people sent or who they are', async () => {
    const closed = ROUTES.filter((it) => it.access === 'operators');
    expect(closed.filter((it) => it.method === 'GET').map((it) => it.path)).toContain('/output');
    for (const { method, path } of closed) expect((await sendReadOnly(method, path)).status).toBe(403);
    expect(asked).toEqual([]);
  });
  test('no path that changes something is for anyone', () => {
    expect(ROUTES.filter((it) => it.method === 'POST' && it.access === 'anyone')).toEqual([]);
  });
});

describe('who changed what', () => {
  const action = 'POST /v1/replicas/heavy-0/drain';
  test('is logged before and after, with the process on the other end', async () => {
    await (await send('POST', '/replicas/heavy-0/drain')).text();
    const who = { audit: 'control', action, via: 'socket', ...peer };
    expect(logged).toEqual([who, { ...who, ok: true }]);
  });
  test('and why it failed', async () => {
    await (await send('POST', '/replicas/gone/drain')).text();
    expect(logged.at(-1)).toMatchObject({ ok: false, message: 'Error: no replica "gone"' });
  });
  test('and that the node said no', async () => {
    await (await send('POST', '/rollout/pause')).text();
    expect(logged.at(-1)).toMatchObject({ ok: false, message: 'no rollout is under way' });
  });
  test('with what was asked for beyond the path', async () => {
    const body = JSON.stringify({ pool: 'heavy', model: 'm' });
    await (await send('POST', '/swap', { body })).text();
    expect(logged[0]).toMatchObject({
      action: 'POST /v1/swap',
      request: { pool: 'heavy', model: 'm', revision: null },
    });
  });
  test('looking is not logged', async () => {
    await send('GET', '/status');
    expect(logged).toEqual([]);
  });
});

describe('on TCP', () => {
  test('the key opens everything; the address is on record', async () => {
    expect((await sendTcp(`Bearer ${KEY}`)).status).toBe(200);
    await (await sendTcp(`Bearer ${KEY}`, '/replicas/heavy-0/drain', 'POST')).text();
    expect(logged.at(-1)).toMatchObject({ via: 'tcp', address: '127.0.0.1', ok: true });
  });
  test('without it nothing is told, and guessing ends soon', async () => {
    const statuses: number[] = [];
    for (let guess = 0; guess < 11; guess += 1) statuses.push((await sendTcp('Bearer guess')).status);
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429]);
    expect((await sendTcp(`Bearer ${KEY}`)).status).toBe(429);
    await clock.advance(60_000);
    expect((await sendTcp(`Bearer ${KEY}`)).status).toBe(200);
    expect(JSON.stringify(logged)).not.toContain('guess');
  });
  test('it is not listened on without a key that can be read', async () => {
    const places = { socket: join(directory, 'other.sock'), tcp: { host: '127.0.0.1', port: 0, keyFile: '/none' } };
    const effects = { handler: fakeHandler([], new Set()), clock, log: { info() {}, warn() {} }, identify: () => peer };
    expect(await startControlServer(places, effects).catch(String)).toContain('ENOENT');
  });
});

describe('limits', () => {
  /** Resolves with what the server said until it closed. */
  const raw = (text: string): Promise<string> =>
    new Promise((resolve) => {
      let said = '';
      const client = connect(socket, () => client.write(text));
      client.on('data', (piece: Buffer) => (said += piece.toString()));
      client.on('error', () => undefined);
      client.on('close', () => resolve(said));
    });

  test('a client that does not end its request is closed after 30 s', async () => {
    for (const begun of ['', 'GET /v1/st', 'POST /v1/reload HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc']) {
      const ended = raw(begun);
      await until('it is connected', () => clock.nextInMs() !== undefined);
      await clock.advance(30_000);
      expect(await ended).toBe('');
    }
  });
  test('a body of more than 64 KiB is refused', async () => {
    expect((await send('POST', '/reload', { body: 'x'.repeat(65_537) })).status).toBe(413);
    expect(logged).toEqual([]);
  });
  test('the 65th connection is closed', async () => {
    const clients = Array.from({ length: 64 }, () => connect(socket));
    await until('all are open', () => clients.every((it) => it.readyState === 'open'));
    expect(await raw('GET /v1/status HTTP/1.1\r\nhost: x\r\n\r\n')).toBe('');
    for (const it of clients) it.destroy();
    await until('there is room again', async () => (await send('GET', '/status').catch(() => undefined))?.ok === true);
  });
  test.each([
    ['GET', '/nothing', 404],
    ['POST', '/status', 405],
    ['GET', '/replicas/%/history', 404],
  ])('%s %s is %d, with a message', async (method, path, status) => {
    const reply = await send(method, path);
    expect(reply.status).toBe(status);
    expect(await reply.json()).toEqual({ message: expect.any(String) });
  });
});
