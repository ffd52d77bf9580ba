import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../test/support/wait.ts';
import type { OutputLine } from '../supervisor/index.ts';
import { delay, silentLog, systemClock } from '../telemetry/index.ts';
import type { ControlHandler } from './api.ts';
import { emptyReport, fakeHandler, outputLine } from './handler.fixture.ts';
import { createControlClient, NoNodeError, NoRedisError, startControlServer, type ControlServer } from './index.ts';
import type { ControlEffects } from './server.ts';

let directory: string;
let socket: string;
let server: ControlServer;
const listeners = new Set<(line: OutputLine) => void>();
const asked: string[] = [];
/** Longer than Bun.serve lets a reply be silent. */
const SLOW_MS = 12_000;

const node = fakeHandler(asked, listeners);
const handler: ControlHandler = {
  ...node,
  operate: (operation, replica, progress) =>
    replica === 'slow'
      ? delay(systemClock, SLOW_MS).then(() => ({ ok: true }))
      : node.operate(operation, replica, progress),
};
const effects: ControlEffects = { handler, clock: systemClock, log: silentLog, identify: () => undefined };

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'control-'));
  socket = join(directory, 'run', 'ctl.sock');
  server = await startControlServer({ socket }, effects);
});
afterEach(async () => {
  await server.stop();
  rmSync(directory, { recursive: true });
});

const refusal = (started: Promise<unknown>): Promise<string> => started.then(() => 'started', String);

/** A socket file whose process was killed. */
async function leaveStaleSocket(path: string): Promise<void> {
  const script = `Bun.listen({ unix: '${path}', socket: { data() {} } }); process.kill(process.pid, 'SIGKILL');`;
  await Bun.spawn([process.execPath, '-e', script]).exited;
  expect(existsSync(path)).toBe(true);
}

describe('the control socket', () => {
  test('is for owner and group only, replaces a stale file, and is gone afterwards', async () => {
    expect(statSync(socket).mode & 0o777).toBe(0o660);
    await server.stop();
    expect(existsSync(socket)).toBe(false);
    await leaveStaleSocket(socket);
    server = await startControlServer({ socket }, effects);
    expect(await createControlClient(socket).status()).toEqual(emptyReport);
  });

  test('bug: a file that is no socket is left alone, and so is a node that answers', async () => {
    const precious = join(directory, 'precious.txt');
    writeFileSync(precious, 'precious');
    expect(await refusal(startControlServer({ socket: precious }, effects))).toContain('is no socket');
    expect(readFileSync(precious, 'utf8')).toBe('precious');
    expect(await refusal(startControlServer({ socket }, effects))).toContain('another node answers');
    expect(await createControlClient(socket).status()).toEqual(emptyReport);
  });

  test('tells progress, then one result', async () => {
    const told: string[] = [];
    const result = await createControlClient(socket).reload((it) => told.push(it));
    expect({ told, result }).toEqual({ told: ['one', 'two'], result: { ok: true } });
  });

  test('bug: an operation that is silent for 12 s is not cut', async () => {
    expect(await createControlClient(socket).operate('restart', 'slow', () => undefined)).toEqual({ ok: true });
  }, 20_000);

  test('a failing operation is a result, not a broken connection', async () => {
    const result = await createControlClient(socket).operate('restart', 'gone', () => undefined);
    expect(result).toEqual({ ok: false, message: 'Error: no replica "gone"' });
    expect(asked).toContain('restart gone');
  });

  test('gives kept output: all, of one replica, the last lines', async () => {
    const client = createControlClient(socket);
    const read = async (replica: string | undefined, lines: number | undefined) =>
      (await Array.fromAsync(client.output({ replica, lines, follow: false }))).map((it) => it.text);
    expect(await read(undefined, undefined)).toEqual(['a', 'b', 'c']);
    expect(await read('light-0', undefined)).toEqual(['b']);
    expect(await read(undefined, 1)).toEqual(['c']);
    expect(await read(undefined, 0)).toEqual([]);
  });

  test('follows output of one replica, and stops listening when the reader leaves', async () => {
    const seen: string[] = [];
    for await (const it of createControlClient(socket).output({ replica: 'heavy-0', lines: 1, follow: true })) {
      seen.push(it.text);
      if (seen.length === 1)
        for (const tell of listeners) [outputLine('other', 'light-0'), outputLine('new')].forEach(tell);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual(['c', 'new']);
    await until('nobody listens', () => listeners.size === 0);
  });

  test('nobody there is told as such', async () => {
    const client = createControlClient(join(directory, 'none.sock'));
    expect(await client.status().catch((cause: unknown) => cause)).toBeInstanceOf(NoNodeError);
  });
});

/** What a promise rejects with. */
const failureOf = (asking: Promise<unknown>): Promise<unknown> =>
  asking.then(
    () => undefined,
    (failure: unknown) => failure,
  );

describe('the queue', () => {
  test('is asked by pool, with a bound on what is told one by one', async () => {
    const client = createControlClient(socket);
    await client.queue({ pool: undefined, tickets: undefined });
    await client.queue({ pool: 'heavy', tickets: 5 });
    expect(asked.slice(-2)).toEqual(['queue undefined 100', 'queue heavy 5']);
  });
  test('of an unknown pool is an error that says so', async () => {
    const failure = await failureOf(createControlClient(socket).queue({ pool: 'none', tickets: 1 }));
    expect(String(failure)).toContain('no pool "none"');
  });
  test('whose store is away is told apart from a node that is gone', async () => {
    const failure = await failureOf(createControlClient(socket).queue({ pool: 'away', tickets: 1 }));
    expect(failure).toBeInstanceOf(NoRedisError);
    expect(String(failure)).toContain('ECONNREFUSED');
  });
  test('is audited, and lets one request be cancelled, whatever its id looks like', async () => {
    const client = createControlClient(socket);
    expect(await client.auditQueue()).toEqual([{ pool: 'heavy', rule: 'one_home', what: 't1 is in line and claimed' }]);
    expect([await client.cancelRequest('a/b'), await client.cancelRequest('c')]).toEqual([true, false]);
  });
});
