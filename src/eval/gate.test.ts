import { describe, expect, test } from 'bun:test';
import pino from 'pino';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { parsePromptSet, type PromptSet } from '../config/index.ts';
import type { EngineClient, EngineReply, EngineRequest } from '../engine/index.ts';
import { planOf } from '../engine/plan.fixture.ts';
import { silentLog, type Log } from '../telemetry/index.ts';
import { createGate } from './gate.ts';

function setOf(prompts: readonly unknown[], more: Readonly<Record<string, unknown>> = {}): PromptSet {
  const parsed = parsePromptSet('set.yaml', JSON.stringify({ name: 'test', prompts, ...more }));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.set;
}

const ready = { name: 'ready', messages: [{ role: 'user', content: 'Say ready' }], checks: { equals: 'ready' } };
const set = setOf([ready]);
const clock = createFakeClock();

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new TextEncoder().encode(text));
}

const saying = (content: string, status = 200): EngineReply => ({
  ok: true,
  status,
  headers: {},
  body: bytesOf(JSON.stringify({ choices: [{ message: { content }, finish_reason: 'stop' }] })),
});

/** An engine's client, what it was asked, and whether it was closed. */
function clientSaying(answer: (request: EngineRequest) => EngineReply | Promise<EngineReply>) {
  const asked: { readonly path: string; readonly body: Readonly<Record<string, unknown>> }[] = [];
  const seen = { closed: 0 };
  const client: EngineClient = {
    send(request) {
      asked.push({ path: request.path, body: JSON.parse(String(request.body)) });
      return Promise.resolve(answer(request));
    },
    get: () => Promise.resolve({ ok: false, failure: 'refused', cause: 'not asked here' }),
    close: () => void (seen.closed += 1),
  };
  return { open: () => client, asked, seen };
}

/** A log that keeps what it is told. */
function keptLog(): { readonly log: Log; readonly text: () => string } {
  const told: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line) => void told.push(line) });
  return { log, text: () => told.join('') };
}

describe('a gate', () => {
  test('asks the replica itself, by the name of its pool, and closes its connections', async () => {
    const { open, asked, seen } = clientSaying(() => saying('Ready.'));
    const result = await createGate(set, { open, clock, log: silentLog })(planOf({}));
    expect(result).toMatchObject({ ok: true, report: { set: 'test', passed: true } });
    expect(asked).toEqual([
      { path: '/v1/chat/completions', body: { model: 'heavy', messages: [{ role: 'user', content: 'Say ready' }] } },
    ]);
    expect(seen.closed).toBe(1);
  });

  test('asks an engine that somebody else runs by the real name of its model', async () => {
    const { open, asked } = clientSaying(() => saying('ready'));
    await createGate(set, { open, clock, log: silentLog })(planOf({ replica: { url: 'http://10.0.0.1:8000' } }));
    expect(asked[0]?.body['model']).toBe('Qwen/Qwen2.5-14B-Instruct-AWQ');
  });

  test('asks for no longer an answer than a short context has room for', async () => {
    const { open, asked } = clientSaying(() => saying('ready'));
    const long = setOf([ready], { params: { max_tokens: 1024 } });
    await createGate(long, { open, clock, log: silentLog })(planOf({ pool: { maxModelLen: 1000 } }));
    await createGate(long, { open, clock, log: silentLog })(planOf({ pool: { maxModelLen: 16_384 } }));
    expect(asked.map((it) => it.body['max_tokens'])).toEqual([500, 1024]);
  });

  test('asks for tools only where the pool has a parser for them', async () => {
    const tools = setOf([ready, { ...ready, name: 'tool', needs: ['tool_call_parser'] }]);
    const { open, asked } = clientSaying(() => saying('ready'));
    await createGate(tools, { open, clock, log: silentLog })(planOf({}));
    expect(asked.length).toBe(1);
    await createGate(tools, { open, clock, log: silentLog })(planOf({ pool: { toolCallParser: 'hermes' } }));
    expect(asked.length).toBe(3);
  });

  test('stays shut for a wrong answer, with the cause in one line, and logs no more of it than an excerpt', async () => {
    const { log, text } = keptLog();
    const { open } = clientSaying(() => saying(`${'blah '.repeat(60)}SECRET`));
    const result = await createGate(set, { open, clock, log })(planOf({}));
    const cause = result.ok ? '' : result.cause;
    expect(cause).toContain('ready: equals is not "ready"');
    expect(cause).not.toContain('\n');
    expect(text()).toContain('"passed":false');
    expect(text()).not.toContain('SECRET');
  });

  const noAnswers: readonly (readonly [string, () => EngineReply, string])[] = [
    ['nobody listens', () => ({ ok: false, failure: 'refused', cause: undefined }), 'no answer came: refused'],
    ['the engine refuses', () => saying('', 404), 'status 404'],
    ['the answer breaks off', () => ({ ok: true, status: 200, headers: {}, body: broken() }), 'broke off'],
  ];
  test.each(noAnswers)('stays shut where %s', async (_, answer, cause) => {
    const { open } = clientSaying(answer);
    const result = await createGate(set, { open, clock, log: silentLog })(planOf({}));
    expect(result).toMatchObject({ ok: false, cause: expect.stringContaining(cause) });
  });

  test('is aborted at once: the requests too, and the connections are closed', async () => {
    const { open, seen } = clientSaying(
      ({ signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve({ ok: false, failure: 'aborted', cause: undefined }));
        }),
    );
    const aborter = new AbortController();
    const ended = createGate(set, { open, clock, log: silentLog })(planOf({}), { signal: aborter.signal });
    await clock.advance(10);
    aborter.abort();
    expect(await ended).toMatchObject({ ok: false, cause: expect.stringContaining('aborted') });
    expect(seen.closed).toBe(1);
    expect(clock.nextInMs()).toBeUndefined();
  });
});

async function* broken(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new Uint8Array([0x7b]));
  throw new Error('the connection broke');
}
