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
    ['cuda_fault', 0],
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

test('orphan: the leader is gone by SIGKILL and the core lives on', async () => {
  const engine = await startEngine();
  const core = engine.corePid();
  await inject(engine, 'orphan').catch(() => 'the answer may not make it out');
  expect(await engine.ended).toEqual({ code: null, signal: 'SIGKILL' });
  expect(isAlive(core)).toBe(true);
});

describe('faults of answers', () => {
  test('never_token: streams open and stay empty, nothing counts as running, /health is well, until recover', async () => {
    const engine = await startEngine({ flags: ['--sim-fault', 'never-token'] });
    const reader = readEvents(await engine.chat({ max_tokens: 2 }));
    const whole = engine.chat({ stream: false, max_tokens: 2 });
    expect(await staysPending(Promise.race([reader.done, whole]), 300)).toBe(true);
    expect(reader.events).toEqual([]);
    expect((await engine.get('/health')).status).toBe(200);
    await inject(engine, 'recover');
    expect((await engine.chat({ stream: false, max_tokens: 2 })).status).toBe(200);
  });

  test('rubbish: one character without end, no tool is called, and only what a grammar holds is well formed; until recover', async () => {
    const engine = await startEngine({
      flags: [
        '--sim-fault',
        'rubbish',
        '--enable-auto-tool-choice',
        '--tool-call-parser',
        'hermes',
        '--sim-speed',
        '10',
      ],
    });
    const asked = { stream: false, ignore_eos: false, max_tokens: 12 };
    const ask = async (more: object) => choiceOf(fieldsOf(await (await engine.chat({ ...asked, ...more })).text()));
    const rubbish = { message: { content: '!'.repeat(12), tool_calls: [] }, finish_reason: 'length' };
    expect(await ask({})).toMatchObject(rubbish);
    const tools = [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }];
    expect(await ask({ tools, tool_choice: 'required' })).toMatchObject(rubbish);
    const schema = { type: 'object', properties: { lit: { type: 'boolean' } } };
    const held = await ask({ response_format: { type: 'json_schema', json_schema: { name: 'lamp', schema } } });
    expect(held).toMatchObject({ message: { content: '{"lit":true}' }, finish_reason: 'stop' });
    const text = await engine.post('/v1/completions', { prompt: 'Once', max_tokens: 3 });
    expect(choiceOf(await jsonOf(text))).toMatchObject({ text: '!!!' });
    await inject(engine, 'recover');
    expect(JSON.stringify(await ask({}))).toContain('[simulated]');
  });

  test('slow: an answer takes so many times as long, until recover', async () => {
    const engine = await startEngine({ flags: ['--sim-decode-step-ms', '10'] });
    const timeMs = async () => {
      const startedMs = performance.now();
      await engine.chat({ stream: false, max_tokens: 30 });
      return performance.now() - startedMs;
    };
    const usualMs = await timeMs();
    await inject(engine, 'slow');
    const slowMs = await timeMs();
    expect(slowMs).toBeGreaterThan(900); // 30 steps of 30 ms, whatever else the machine does
    expect(slowMs / usualMs).toBeGreaterThan(1.5);
    await inject(engine, 'recover');
    expect(await timeMs()).toBeLessThan(slowMs);
  });

  test('nonsense: 200 and HTML on every path, from the first request on, until recover', async () => {
    const engine = await startEngine({ flags: ['--sim-fault', 'nonsense'] });
    for (const answer of [engine.get('/health'), engine.get('/metrics'), engine.chat({ stream: false })]) {
      const { status, headers } = await answer;
      expect([status, headers.get('content-type')]).toEqual([200, 'text/html']);
    }
    await inject(engine, 'recover');
    expect((await engine.chat({ stream: false, max_tokens: 2 })).status).toBe(200);
  });
});

describe('a prompt with --sim-poison in it', () => {
  const poisoned = { messages: [{ role: 'user', content: 'Say mandrake aloud.' }], stream: false, max_tokens: 2 };
  const flags = ['--sim-poison', 'mandrake', '--sim-dead-exit-s', '0.2'];

  test('kills the core when it gets to it, and all that runs there with it', async () => {
    const engine = await startEngine({ flags });
    const reader = readEvents(await engine.chat());
    await until(() => reader.events.length > 1);
    const core = engine.corePid();
    expect((await engine.chat(poisoned).catch(() => ({ status: 500 }))).status).toBe(500);
    expect(await reader.done).toBe('end');
    expect(lastJson(reader.events)).toMatchObject({ error: { code: 500 } });
    await until(() => !isAlive(core));
    expect(await engine.ended).toEqual({ code: 0, signal: null });
  });

  test('does nothing while it waits in line', async () => {
    const engine = await startEngine({ flags: [...flags, '--max-num-seqs', '1'] });
    const reader = readEvents(await engine.chat());
    await until(() => reader.events.length > 1);
    const waiting = new AbortController();
    const answer = engine.chat(poisoned, { signal: waiting.signal }).catch(() => 'left');
    await until(async () => /num_requests_waiting\{[^}]*\} 1/.test(await (await engine.get('/metrics')).text()));
    const told = reader.events.length;
    await until(() => reader.events.length > told);
    waiting.abort();
    expect(await answer).toBe('left');
  });

  test('harms nobody in /v1/completions either, unless it is in the prompt', async () => {
    const engine = await startEngine({ flags });
    const complete = (prompt: string) => engine.post('/v1/completions', { prompt, max_tokens: 2 });
    expect((await complete('man drake')).status).toBe(200);
    expect((await complete('a mandrake')).status).toBe(500);
  });
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
