import { describe, expect, test } from 'bun:test';
import { testCard } from './fixtures/card.ts';
import {
  cleanUpEngines,
  isAlive,
  startEngine,
  until,
  type TestEngine,
  type TestEngineOptions,
} from './fixtures/engine.ts';

/** Two engines on one card of 46068 MiB: what vLLM's arithmetic makes of it. A model, not a proof. */
cleanUpEngines();
const card = testCard();

const HEAVY = { model: 'Qwen/Qwen2.5-14B-Instruct-AWQ', flags: ['--gpu-memory-utilization', '0.52'] };
const LIGHT = { model: 'Qwen/Qwen3-8B-AWQ', flags: ['--gpu-memory-utilization', '0.38'] };
/** Long enough that a core can be frozen between its admission and the end of its profiling. */
const UNHURRIED = ['--sim-start-s', '3'];

const FAILED = { code: 1, signal: null };
const NO_ROOM = /No available memory for the cache blocks|To serve at least one request/;
const LAST_LINE = 'RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}';

const kvTokens = (engine: TestEngine): string | undefined =>
  /GPU KV cache size: ([\d,]+) tokens/.exec(engine.output())?.[1];

const unhurried = <T extends { readonly flags: readonly string[] }>(engine: T) => ({
  ...engine,
  flags: [...engine.flags, ...UNHURRIED],
});

async function end(engine: TestEngine): Promise<void> {
  process.kill(-engine.pid, 'SIGKILL');
  await engine.ended;
}

describe('one after another', () => {
  test('both fit, each with the KV cache that it would have alone', async () => {
    const heavy = await card.start(HEAVY);
    const light = await card.start(LIGHT);
    expect([kvTokens(heavy), kvTokens(light)]).toEqual(['64,976', '66,992']);
    expect(heavy.output()).toContain('Available KV cache memory: 11.9 GiB');
    expect(card.usedMib()).toBeLessThan(46_068);
  });

  test('the capacity is told in /metrics', async () => {
    const light = await card.start(LIGHT);
    expect(await (await light.get('/metrics')).text()).toContain('kv_cache_size_tokens="66992"');
  });

  test('a model length that was not asked for is what fits', async () => {
    const light = await card.start({ ...LIGHT, flags: ['--gpu-memory-utilization', '0.2', '--max-model-len', 'auto'] });
    expect(await (await light.get('/v1/models')).json()).toMatchObject({ data: [{ max_model_len: 8016 }] });
  });

  test('a third one is refused at admission', async () => {
    await card.start(HEAVY);
    await card.start(LIGHT);
    const third = await card.start({ ...LIGHT, ready: 'no' });
    expect(await third.ended).toEqual(FAILED);
    expect(third.output()).toContain(
      'on startup is less than desired GPU memory utilization (0.38, 17.1 GiB). Decrease GPU memory utilization or reduce GPU memory used by other processes.',
    );
    expect(third.output().trimEnd()).toEndWith(LAST_LINE);
  });
});

describe('two starts that overlap', () => {
  test('at the same pace: one of them, or both, find no room for their KV cache (vllm#55827)', async () => {
    const [heavy, light] = await Promise.all([
      card.startAndFreeze(unhurried(HEAVY)),
      card.startAndFreeze(unhurried(LIGHT)),
    ]);
    heavy.thaw();
    light.thaw();
    const both = [heavy.engine, light.engine];
    const outcome = (engine: TestEngine) =>
      Promise.race([engine.ended, until(() => engine.output().includes('startup complete')).then(() => 'ready')]);
    await Promise.all(both.map(outcome));
    expect(both.some((engine) => NO_ROOM.test(engine.output()))).toBe(true);
  });

  test('all that a neighbour took while an engine measured is charged to it', async () => {
    const heavy = await card.startAndFreeze(unhurried(HEAVY));
    const light = await card.start(LIGHT);
    heavy.thaw();
    expect(await heavy.engine.ended).toEqual(FAILED);
    expect(heavy.engine.output()).toMatch(/Available KV cache memory: -\d/);
    expect(heavy.engine.output()).toContain('ValueError: No available memory for the cache blocks.');
    expect(kvTokens(light)).toBe('66,992');
  });

  test('a neighbour that ends while an engine measures trips the assertion (vllm#56830)', async () => {
    const heavy = await card.start(HEAVY);
    const light = await card.startAndFreeze(unhurried(LIGHT));
    await end(heavy);
    light.thaw();
    expect(await light.engine.ended).toEqual(FAILED);
    expect(light.engine.output()).toMatch(
      /AssertionError: Error in memory profiling\. Initial free memory [\d.]+ GiB, current free memory [\d.]+ GiB\. This happens when other processes sharing the same container release GPU memory/,
    );
  });

  test('cards do not know of each other', async () => {
    const heavy = await card.startAndFreeze(unhurried(HEAVY));
    await card.start({ ...LIGHT, env: { CUDA_VISIBLE_DEVICES: '1' } });
    heavy.thaw();
    await until(() => heavy.engine.output().includes('startup complete'));
    expect(kvTokens(heavy.engine)).toBe('64,976');
  });
});

describe('--kv-cache-memory-bytes', () => {
  const PINNED = ['--kv-cache-memory-bytes', '8G'];

  test('skips the measurement, so that a neighbour does not matter', async () => {
    const flags = [...HEAVY.flags, ...PINNED];
    const heavy = await card.startAndFreeze(unhurried({ ...HEAVY, flags }));
    await card.start(LIGHT);
    heavy.thaw();
    await until(() => heavy.engine.output().includes('startup complete'));
    expect(kvTokens(heavy.engine)).toBe('43,680');
    expect(heavy.engine.output()).toContain('reserved 8.0 GiB memory for KV Cache');
  });

  test('does not skip admission', async () => {
    await card.start(HEAVY);
    const second = await card.start({ ...HEAVY, flags: [...HEAVY.flags, ...PINNED], ready: 'no' });
    expect(await second.ended).toEqual(FAILED);
    expect(second.output()).toContain('ValueError: Free memory on device cuda:0 (');
  });

  test('may ask for more than there is', async () => {
    const greedy = await card.start({
      ...LIGHT,
      flags: [...LIGHT.flags, '--kv-cache-memory-bytes', '40G'],
      ready: 'no',
    });
    expect(await greedy.ended).toEqual(FAILED);
    expect(greedy.output()).toContain('torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 40.00 GiB.');
  });
});

describe('memory of the dead', () => {
  test('is back at once when every process is gone', async () => {
    await end(await card.start(HEAVY));
    await until(() => card.usedMib() === 0);
  });

  test('is not back while an orphan lives', async () => {
    const first = await card.start(HEAVY);
    const core = first.corePid();
    const held = card.usedMib();
    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    const second = await card.start({ ...HEAVY, ready: 'no' });
    expect(await second.ended).toEqual(FAILED);
    expect(second.output()).toContain('ValueError: Free memory on device');
    expect([isAlive(core), card.usedMib()]).toEqual([true, held]);
    process.kill(core, 'SIGKILL');
    await until(() => !isAlive(core));
    await card.start(HEAVY);
  });

  test('is kept by the driver for a while where a fault says so: used, by nobody', async () => {
    const heavy = await card.start({ ...HEAVY, flags: [...HEAVY.flags, '--sim-fault', 'keep-memory:1'] });
    const held = card.usedMib();
    await end(heavy);
    expect(card.usedMib()).toBe(held);
    expect(card.nvidiaSmi('--query-compute-apps=pid', '--format=csv,noheader').out).toBe('');
    await until(() => card.usedMib() === 0);
  });
});

describe('nothing is counted', () => {
  const capacity = async (options: TestEngineOptions) => kvTokens(await startEngine({ ...HEAVY, ...options }));

  test('without a card', async () => {
    const flags = [...HEAVY.flags, '--sim-card-ledger', card.ledger()];
    expect(await capacity({ flags, env: { CUDA_VISIBLE_DEVICES: '' } })).toBe('60,000');
  });
  test('without a ledger', async () => {
    expect(await capacity({ env: { CUDA_VISIBLE_DEVICES: '0' } })).toBe('60,000');
  });
});

test('a card that fell off the bus is not there for a start', async () => {
  card.describe({ lost: [0] });
  const engine = await card.start({ ...LIGHT, ready: 'no' });
  expect(await engine.ended).toEqual(FAILED);
  expect(engine.output()).toContain('RuntimeError: No CUDA GPUs are available');
});
