import { existsSync } from 'node:fs';
import { describe, expect, test } from 'bun:test';
import { cleanUpEngines, isAlive, startEngine, statOf, staysPending, until, type TestInit } from './fixtures/engine.ts';
import { choiceOf, fieldsOf, jsonOf, readEvents } from './fixtures/events.ts';

/** Rows of what was measured on vLLM 0.32.0 under signals. Times of the real one are shortened by flags. */
cleanUpEngines();

const QUICK = ['--sim-dead-exit-s', '0.3', '--sim-linger-s', '0.3'];
const SLOW_START = ['--sim-start-s', '2'];

/** A stream with its first token out. */
async function streaming(engine: Awaited<ReturnType<typeof startEngine>>, init: TestInit = {}) {
  const reader = readEvents(await engine.chat({}, init));
  await until(() => reader.events.length > 1);
  return reader;
}

describe('an idle engine', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`${signal} to the leader ends it with 0 and leaves nothing behind`, async () => {
      const engine = await startEngine();
      const core = engine.corePid();
      process.kill(engine.pid, signal);
      expect(await engine.ended).toEqual({ code: 0, signal: null });
      await until(() => !isAlive(core));
    });
  }

  test('leaves its socket file behind, and another engine on that path refuses to start', async () => {
    const first = await startEngine();
    process.kill(first.pid, 'SIGTERM');
    await first.ended;
    const second = await startEngine({ socket: first.socket, ready: 'no' });
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.output()).toContain('[Errno 98]');
  });
});

describe('with a stream in flight', () => {
  test('SIGTERM ends the stream as if all were well, with finish_reason "abort"', async () => {
    const engine = await startEngine();
    const reader = await streaming(engine);
    process.kill(engine.pid, 'SIGTERM');
    expect(await engine.ended).toEqual({ code: 0, signal: null });
    expect(await reader.done).toBe('end');
    expect(reader.events.at(-1)).toBe('[DONE]');
    expect(choiceOf(fieldsOf(reader.events.at(-2)))).toMatchObject({ finish_reason: 'abort' });
  });

  test('--shutdown-timeout lets it end while /health stays 200 and new requests get 500', async () => {
    const engine = await startEngine({ flags: ['--shutdown-timeout', '30'] });
    const reader = readEvents(await engine.chat({ max_tokens: 40 }));
    await until(() => reader.events.length > 1);
    process.kill(engine.pid, 'SIGTERM');
    await Bun.sleep(150); // longer than the leader takes to see the signal
    const refused = await engine.chat();
    expect([(await engine.get('/health')).status, refused.status]).toEqual([200, 500]);
    expect(await jsonOf(refused)).toMatchObject({ error: { message: 'cannot schedule new futures after shutdown' } });
    expect(await reader.done).toBe('end');
    expect(choiceOf(fieldsOf(reader.events.at(-2)))).toMatchObject({ finish_reason: 'length' });
    expect(await engine.ended).toEqual({ code: 0, signal: null });
  });

  test('a drain that runs out kills the core, refuses connections and waits for the client to give up', async () => {
    const engine = await startEngine({ flags: ['--shutdown-timeout', '1'] });
    const client = new AbortController();
    const reader = await streaming(engine, { signal: client.signal });
    const core = engine.corePid();
    process.kill(engine.pid, 'SIGTERM');
    await until(() => !isAlive(core));
    const told = reader.events.length;
    expect(await staysPending(engine.ended, 500)).toBe(true);
    expect(reader.events.length - told).toBeLessThanOrEqual(1);
    expect(await engine.get('/health').catch(() => 'refused')).toBe('refused');
    client.abort();
    expect(await engine.ended).toEqual({ code: 0, signal: null });
  });

  test('SIGTERM to the whole group leaves the leader hanging and the stream silent', async () => {
    const engine = await startEngine({ flags: QUICK });
    const client = new AbortController();
    const reader = await streaming(engine, { signal: client.signal });
    process.kill(-engine.pid, 'SIGTERM');
    expect(await staysPending(Promise.race([engine.ended, reader.done]), 1000)).toBe(true);
    expect(reader.events.at(-1)).not.toBe('[DONE]');
    client.abort();
  });

  test('SIGTERM to the whole group with a drain ends the stream with an error chunk', async () => {
    const engine = await startEngine({ flags: [...QUICK, '--shutdown-timeout', '20'] });
    const reader = await streaming(engine);
    process.kill(-engine.pid, 'SIGTERM');
    expect(await engine.ended).toEqual({ code: 0, signal: null });
    await reader.done;
    expect(fieldsOf(reader.events.at(-2))).toMatchObject({ error: { code: 500 } });
  });

  test('SIGTERM to a leader whose core is frozen ends at once all the same', async () => {
    const engine = await startEngine();
    const reader = await streaming(engine);
    process.kill(engine.corePid(), 'SIGSTOP');
    process.kill(engine.pid, 'SIGTERM');
    expect(await engine.ended).toEqual({ code: 0, signal: null });
    expect(await reader.done).toBe('end');
  });
});

describe('the death of one process', () => {
  test('SIGKILL of the core: the stream gets an error chunk, /health 503, then exit code 0', async () => {
    const engine = await startEngine({ flags: ['--sim-dead-exit-s', '1'] });
    const reader = await streaming(engine);
    const whole = engine.chat({ stream: false });
    await until(async () => (await (await engine.get('/metrics')).text()).includes('} 2'));
    process.kill(engine.corePid(), 'SIGKILL');
    await until(async () => (await engine.get('/health')).status === 503);
    expect(await reader.done).toBe('end');
    expect(reader.events.at(-1)).toBe('[DONE]');
    expect(fieldsOf(reader.events.at(-2))).toMatchObject({ error: { type: 'InternalServerError', code: 500 } });
    expect((await whole).status).toBe(500);
    expect(await engine.ended).toEqual({ code: 0, signal: null });
  });

  test('SIGKILL of the leader orphans the core, which goes on until it is told to end', async () => {
    const engine = await startEngine({ flags: QUICK });
    const core = engine.corePid();
    expect(statOf(core)).toMatchObject({ name: 'VLLM::EngineCor', parent: engine.pid, group: engine.pid });
    const reader = await streaming(engine);
    process.kill(engine.pid, 'SIGKILL');
    expect(await reader.done).toBe('broken');
    await until(() => statOf(core)?.parent !== engine.pid);
    await Bun.sleep(300); // the core has no reason to leave, so there is nothing to wait for
    expect(isAlive(core)).toBe(true);
    process.kill(core, 'SIGTERM');
    await until(() => !isAlive(core));
  });

  test('SIGTERM to the core alone ends the leader with 0, in time', async () => {
    const engine = await startEngine({ flags: QUICK });
    process.kill(engine.corePid(), 'SIGTERM');
    expect(await engine.ended).toEqual({ code: 0, signal: null });
  });

  test('a core under SIGSTOP is not seen by /health, only by the counter that stands still', async () => {
    const engine = await startEngine();
    const reader = await streaming(engine);
    const core = engine.corePid();
    process.kill(core, 'SIGSTOP');
    const steps = async () =>
      /iteration_tokens_total_count\S* (\d+)/.exec(await (await engine.get('/metrics')).text())?.[1];
    await Bun.sleep(100); // what was already under way arrives
    const before = await steps();
    const told = reader.events.length;
    await Bun.sleep(200);
    expect([await steps(), reader.events.length]).toEqual([before, told]);
    expect((await engine.get('/health')).status).toBe(200);
    process.kill(core, 'SIGCONT');
    await until(() => reader.events.length > told);
  });
});

describe('while it starts', () => {
  test('SIGTERM during imports ends it at once', async () => {
    const engine = await startEngine({ flags: SLOW_START, ready: 'no' });
    await until(() => existsSync(engine.socket));
    process.kill(engine.pid, 'SIGTERM');
    expect(await engine.ended).toEqual({ code: null, signal: 'SIGTERM' });
  });

  test('one SIGTERM is swallowed and it never comes up; a second one ends it by SIGINT', async () => {
    const engine = await startEngine({ flags: ['--sim-start-s', '1'], ready: 'no' });
    await until(() => engine.output().includes('Starting to load model'));
    process.kill(engine.pid, 'SIGTERM');
    expect(await staysPending(engine.ended, 1500)).toBe(true);
    expect(engine.output()).toContain('init engine');
    expect(engine.output()).not.toContain('Application startup complete');
    const core = engine.corePid();
    process.kill(engine.pid, 'SIGTERM');
    expect(await engine.ended).toEqual({ code: null, signal: 'SIGINT' });
    await until(() => !isAlive(core));
  });

  test('SIGKILL of the leader orphans the core', async () => {
    const engine = await startEngine({ flags: SLOW_START, ready: 'no' });
    await until(() => engine.output().includes('Starting to load model'));
    const core = engine.corePid();
    process.kill(engine.pid, 'SIGKILL');
    await engine.ended;
    await Bun.sleep(300); // see above
    expect(isAlive(core)).toBe(true);
  });

  test('SIGTERM to the group ends the core, and the leader goes on waiting for it', async () => {
    const engine = await startEngine({ flags: SLOW_START, ready: 'no' });
    await until(() => engine.output().includes('Starting to load model'));
    const core = engine.corePid();
    process.kill(-engine.pid, 'SIGTERM');
    await until(() => !isAlive(core));
    expect(await staysPending(engine.ended, 700)).toBe(true);
  });
});

describe('a start that cannot be', () => {
  test('an unknown flag: argparse says so, exit code 2', async () => {
    const engine = await startEngine({ flags: ['--disable-log-requests'], ready: 'no' });
    expect(await engine.ended).toEqual({ code: 2, signal: null });
    expect(engine.output()).toContain('unrecognized arguments: --disable-log-requests');
  });

  test('a port in use: exit code 1', async () => {
    const taken = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
    const program = ['--host', '127.0.0.1', '--port', String(taken.port)];
    const engine = await startEngine({ flags: program, socket: '', ready: 'no' });
    expect(await engine.ended).toEqual({ code: 1, signal: null });
    taken.stop(true);
  });
});
