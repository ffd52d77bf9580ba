import { describe, expect, test } from 'bun:test';
import { cleanUpEngines, isAlive, startEngine, staysPending, until, type TestEngine } from './fixtures/engine.ts';
import { choiceOf, fieldsOf, jsonOf, readEvents } from './fixtures/events.ts';

cleanUpEngines();

const inject = (engine: TestEngine, fault: string, amount?: number) => engine.post('/sim/fault', { fault, amount });
const lastJson = (events: readonly string[]) => fieldsOf(events.at(-2)); // before [DONE]

describe('faults of a start', () => {
  const cases: readonly (readonly [string, number, string])[] = [
    ['crash-on-start:3', 3, 'Using max model len'],
    ['exit-zero-on-start', 0, 'Using max model len'],
    ['oom-on-start', 1, 'CUDA out of memory'],
    ['no-memory-on-start', 1, 'Free memory on device'],
  ];
  for (const [fault, code, said] of cases) {
    test(`${fault} ends with ${code}`, async () => {
      const engine = await startEngine({ flags: ['--sim-fault', fault], ready: 'no' });
      expect(await engine.ended).toEqual({ code, signal: null });
      expect(engine.output()).toContain(said);
    });
  }

  test('a core that cannot start is reported in vLLM’s words', async () => {
    const engine = await startEngine({ flags: ['--sim-fault', 'oom-on-start'], ready: 'no' });
    await engine.ended;
    expect(engine.output().trimEnd()).toEndWith(
      'RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}',
    );
  });

  test('slow-start takes that much longer, in simulated time', async () => {
    const flags = ['--sim-fault', 'slow-start:20', '--sim-speed', '20'];
    const startedMs = performance.now();
    await startEngine({ flags });
    expect(performance.now() - startedMs).toBeGreaterThan(1000);
  });

  test('a fault of a running engine, told at start, acts when it is ready', async () => {
    const engine = await startEngine({ flags: ['--sim-fault', 'crash:7'] });
    expect(await engine.ended).toEqual({ code: 7, signal: null });
  });

  test('an unknown fault is refused', async () => {
    const engine = await startEngine({ flags: ['--sim-fault', 'gremlins'], ready: 'no' });
    expect(await engine.ended).toEqual({ code: 1, signal: null });
    expect(engine.output()).toContain('gremlins');
  });
});

describe('faults that end the engine', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['crash', 1],
    ['exit_zero', 0],
    ['out_of_memory', 1],
    ['kill_core', 0],
  ];
  for (const [fault, code] of cases) {
    test(`${fault} ends with ${code} and leaves no process`, async () => {
      const engine = await startEngine({ flags: ['--sim-dead-exit-s', '0.2'] });
      const core = engine.corePid();
      await inject(engine, fault).catch(() => 'the answer may not make it out');
      expect(await engine.ended).toEqual({ code, signal: null });
      await until(() => !isAlive(core));
    });
  }
});

describe('faults of streams', () => {
  test('error_chunk: so many streams get an error after their first token, then [DONE]', async () => {
    const engine = await startEngine();
    await inject(engine, 'error_chunk', 1);
    const [harmed, unharmed] = [readEvents(await engine.chat()), readEvents(await engine.chat({ max_tokens: 3 }))];
    await Promise.all([harmed.done, unharmed.done]);
    expect(lastJson(harmed.events)).toMatchObject({ error: { code: 500 } });
    expect(harmed.events.at(-1)).toBe('[DONE]');
    expect(choiceOf(lastJson(unharmed.events))).toMatchObject({ finish_reason: 'length' });
  });

  test('stall_stream: the stream falls silent and stays open', async () => {
    const engine = await startEngine();
    await inject(engine, 'stall_stream');
    const reader = readEvents(await engine.chat({ max_tokens: 5 }));
    await until(() => reader.events.length > 0);
    expect(await staysPending(reader.done, 400)).toBe(true);
    expect(reader.events.at(-1)).not.toBe('[DONE]');
  });

  test('abort_streams ends all that runs with finish_reason "abort"; the engine goes on', async () => {
    const engine = await startEngine();
    const readers = [readEvents(await engine.chat()), readEvents(await engine.chat())];
    await until(() => readers.every(({ events }) => events.length > 1));
    await inject(engine, 'abort_streams');
    for (const reader of readers) {
      await reader.done;
      expect(choiceOf(lastJson(reader.events))).toMatchObject({ finish_reason: 'abort' });
    }
    expect((await engine.chat({ stream: false, max_tokens: 2 })).status).toBe(200);
  });

  test('hang: /health says 200 and nothing comes, until recover', async () => {
    const engine = await startEngine();
    await inject(engine, 'hang');
    const answer = engine.chat({ stream: false, max_tokens: 2 });
    expect(await staysPending(answer, 400)).toBe(true);
    expect((await engine.get('/health')).status).toBe(200);
    await inject(engine, 'recover');
    expect((await answer).status).toBe(200);
  });

  test('slow_health delays /health and nothing else', async () => {
    const engine = await startEngine();
    await inject(engine, 'slow_health', 500);
    const health = engine.get('/health');
    await engine.get('/version');
    expect(await staysPending(health, 100)).toBe(true);
    expect((await health).status).toBe(200);
  });
});

test('a fault that is none is refused with the list', async () => {
  const engine = await startEngine();
  const answer = await inject(engine, 'slow_start');
  expect(answer.status).toBe(400);
  expect(await jsonOf(answer)).toMatchObject({ faults: { crash: { when: 'run' } } });
});
