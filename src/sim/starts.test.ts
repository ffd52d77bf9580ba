import { describe, expect, test } from 'bun:test';
import { cleanUpEngines, isAlive, startEngine, until, type TestEngine } from './fixtures/engine.ts';

/** What a start says while it goes on, and where it may stop. */
cleanUpEngines();

const HEAVY = 'Qwen/Qwen2.5-14B-Instruct-AWQ';

const starting = (...flags: readonly string[]) => startEngine({ model: HEAVY, flags, ready: 'no' });

/** Whether it says no more after these words for as long as another engine takes for its whole start. */
async function fallsSilentAfter(engine: TestEngine, words: string): Promise<boolean> {
  await until(() => engine.output().includes(words));
  const said = engine.output();
  await startEngine({ model: HEAVY });
  return engine.output() === said && isAlive(engine.corePid());
}

describe('progress', () => {
  test('weights come shard by shard, a line each', async () => {
    const engine = await startEngine({ model: HEAVY });
    const lines = engine.output().match(/Loading safetensors checkpoint shards: .*/g);
    expect(lines?.map((line) => line.replace(/ \[.*/, ''))).toEqual([
      'Loading safetensors checkpoint shards:   0% Completed | 0/3',
      'Loading safetensors checkpoint shards:  33% Completed | 1/3',
      'Loading safetensors checkpoint shards:  66% Completed | 2/3',
      'Loading safetensors checkpoint shards: 100% Completed | 3/3',
    ]);
  });

  test('graphs are captured under two bars, each drawn over itself and ended by a line feed', async () => {
    const engine = await startEngine();
    const bars = engine.output().match(/\r.*Capturing CUDA graphs \((.*)\): 100%\|█{10}\| (\d+)\/\2 .*\n/g);
    expect(bars?.length).toBe(2);
    expect(engine.output()).toMatch(
      /\rCapturing CUDA graphs \(mixed prefill-decode, PIECEWISE\):  \d\d%\|█+.? *\| \d\d\/67 \[/,
    );
  });

  test('a download tells its bytes', async () => {
    const engine = await startEngine({ model: HEAVY, flags: ['--sim-fault', 'slow-download:0.2'] });
    expect(engine.output()).toMatch(/\rmodel\.safetensors:  50%\|█{5} {5}\| 4\.99G\/9\.99G \[/);
    expect(engine.output()).toContain(`Time spent downloading weights for ${HEAVY}: 0.`);
  });
});

describe('a start that stops for ever', () => {
  test('at a shard', async () => {
    const engine = await starting('--sim-fault', 'stuck-loading:2');
    expect(await fallsSilentAfter(engine, 'shards:  66% Completed | 2/3')).toBe(true);
  });
  test('before the first shard', async () => {
    const engine = await starting('--sim-fault', 'stuck-loading:0');
    expect(await fallsSilentAfter(engine, 'shards:   0% Completed | 0/3')).toBe(true);
  });
  test('while it compiles', async () => {
    const engine = await starting('--sim-fault', 'stuck-compiling');
    expect(await fallsSilentAfter(engine, "for vLLM's torch.compile")).toBe(true);
  });
  test('while it downloads', async () => {
    const engine = await starting('--sim-fault', 'stuck-download:40');
    expect(await fallsSilentAfter(engine, 'model.safetensors:  40%')).toBe(true);
  });
});

test('a leader that is killed while its core loads leaves it behind', async () => {
  const engine = await starting('--sim-fault', 'orphan-on-start', '--sim-fault', 'stuck-loading:1');
  expect(await engine.ended).toEqual({ code: null, signal: 'SIGKILL' });
  expect(isAlive(engine.corePid())).toBe(true);
});
