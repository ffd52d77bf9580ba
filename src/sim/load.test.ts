import { expect, test } from 'bun:test';
import { parseEngineMetrics, type EngineMetrics } from '../engine/index.ts';
import { cleanUpEngines, startEngine, until, type TestEngine } from './fixtures/engine.ts';

cleanUpEngines();

const FLAGS = ['--max-model-len', '1024', '--sim-speed', '20'];

/** What its metrics say once they fit. */
async function loadOf(engine: TestEngine, fits: (metrics: EngineMetrics) => boolean): Promise<EngineMetrics> {
  let metrics = parseEngineMetrics('');
  await until(async () => {
    metrics = parseEngineMetrics(await (await engine.get('/metrics')).text());
    return fits(metrics);
  });
  return metrics;
}

test('an engine that runs as many as it may says how many wait inside it', async () => {
  const engine = await startEngine({ flags: [...FLAGS, '--max-num-seqs', '2'] });
  const chats = [0, 1, 2, 3, 4].map(() => engine.chat({ max_tokens: 900 }));
  const metrics = await loadOf(engine, ({ waiting }) => waiting === 3);
  expect(metrics).toMatchObject({ running: 2, preemptions: 0 });
  await Promise.all(chats);
});

test('a KV cache that overflows puts requests back, says how often, and how full it is', async () => {
  const engine = await startEngine({ flags: [...FLAGS, '--sim-kv-tokens', '1024'] });
  const chats = [0, 1, 2].map(() => engine.chat({ max_tokens: 900 }));
  const { kvUsage } = await loadOf(engine, ({ preemptions = 0 }) => preemptions > 0);
  expect(kvUsage).toBeWithin(0.3, 1.01);
  await loadOf(engine, ({ waiting = 0 }) => waiting > 0);
  await Promise.all(chats);
});
