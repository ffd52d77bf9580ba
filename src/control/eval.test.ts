import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../test/support/wait.ts';
import { silentLog, systemClock } from '../telemetry/index.ts';
import type { Evaluate } from './eval.ts';
import { fakeHandler } from './handler.fixture.ts';
import { createControlClient, startControlServer, type ControlServer } from './index.ts';

let directory: string;
let socket: string;
let server: ControlServer;
const asked: string[] = [];
/** In place of the fake node's, where a test needs another. */
let evaluate: Evaluate;

const node = fakeHandler(asked, new Set());

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'control-eval-'));
  socket = join(directory, 'ctl.sock');
  asked.length = 0;
  ({ evaluate } = node);
  const handler = { ...node, evaluate: (...all: Parameters<Evaluate>) => evaluate(...all) };
  server = await startControlServer(
    { socket },
    { handler, clock: systemClock, log: silentLog, identify: () => undefined },
  );
});
afterEach(async () => {
  await server.stop();
  rmSync(directory, { recursive: true });
});

const post = (body: string, signal?: AbortSignal) =>
  fetch('http://localhost/v1/eval', {
    unix: socket,
    method: 'POST',
    body,
    ...(signal === undefined ? {} : { signal }),
  });

test('an evaluation is asked for with all that it may say; its news come before its result', async () => {
  const request = { pool: 'heavy', set: { name: 'mine.yaml', text: 'name: mine' } };
  const news: string[] = [];
  const ending = await createControlClient(socket).evaluate(request, (it) => void news.push(it));
  expect([asked, news, ending]).toEqual([
    [`evaluate ${JSON.stringify(request)}`],
    ['heavy-0: 1 of 1 answers'],
    { ok: true, replicas: [] },
  ]);
});

test('that nobody could be asked is a result', async () => {
  const ending = await createControlClient(socket).evaluate({ replica: 'gone' }, () => undefined);
  expect(ending).toEqual({ ok: false, message: 'no replica "gone"' });
});

test('so is an evaluation that throws', async () => {
  evaluate = () => Promise.reject(new Error('out of order'));
  expect(await createControlClient(socket).evaluate({}, () => undefined)).toEqual({
    ok: false,
    message: 'Error: out of order',
  });
});

test.each(['[]', '{"pool":1}', '{"set":"smoke"}', '{"set":{}}', '{"set":{"name":"a","text":1}}', 'nonsense'])(
  '400 for the body %s, and nobody is asked',
  async (body) => {
    expect((await post(body)).status).toBe(400);
    expect(asked).toEqual([]);
  },
);

test('an evaluation ends when whoever asked for it leaves', async () => {
  let gone: AbortSignal | undefined;
  evaluate = (_, progress, signal) => {
    gone = signal;
    progress('begun');
    return new Promise(() => undefined);
  };
  const leaving = new AbortController();
  const response = await post('{}', leaving.signal);
  await response.body?.getReader().read();
  expect(gone?.aborted).toBe(false);
  leaving.abort();
  await until('the evaluation is aborted', () => gone?.aborted === true);
});
