import { describe, expect, test } from 'bun:test';
import { createEngineClient } from '../engine/index.ts';
import { planOf } from '../engine/plan.fixture.ts';
import { cleanUpEngines, startEngine, type TestEngine } from '../sim/fixtures/engine.ts';
import { silentLog, systemClock } from '../telemetry/index.ts';
import { createGate, shippedSet, type GateResult } from './index.ts';

cleanUpEngines();

const FLAGS = [
  '--served-model-name',
  'heavy',
  '--enable-auto-tool-choice',
  '--tool-call-parser',
  'hermes',
  '--sim-speed',
  '10',
];
const start = (...flags: string[]) => startEngine({ flags: [...FLAGS, ...flags] });

/** A simulated engine through the gate that it would meet in a rollout. */
function gate(
  engine: TestEngine,
  name: 'smoke' | 'plumbing',
  change: Partial<ReturnType<typeof shippedSet>> = {},
): Promise<GateResult> {
  const open = (endpoint: Parameters<typeof createEngineClient>[0]) => createEngineClient(endpoint, systemClock);
  const set = { ...shippedSet(name), ...change };
  const endpoint = { kind: 'unix', path: engine.socket } as const;
  const plan = planOf({ endpoint, pool: { toolCallParser: 'hermes', maxModelLen: 512 } });
  return createGate(set, { open, clock: systemClock, log: silentLog })(plan, { until: 'end' });
}

describe('plumbing', () => {
  test('is passed by a simulated engine', async () => {
    expect(await gate(await start(), 'plumbing')).toMatchObject({
      ok: true,
      report: { prompts_passed: 4, prompts_skipped: 0 },
    });
  });

  test('is not passed by one that answers rubbish: the texts fail, what a grammar holds does not', async () => {
    const result = await gate(await start('--sim-fault', 'rubbish'), 'plumbing');
    expect(result.ok).toBe(false);
    expect(result.report.prompts.map((it) => [it.prompt, it.outcome])).toEqual([
      ['chat', 'failed'],
      ['text', 'failed'],
      ['json', 'passed'],
      ['tool', 'failed'],
    ]);
  });

  test('is not passed by one that gives no token, within the time of the set', async () => {
    const engine = await start('--sim-fault', 'never-token');
    const result = await gate(engine, 'plumbing', { promptTimeoutMs: 100, timeoutMs: 300 });
    expect(result).toMatchObject({ ok: false, cause: expect.stringContaining('not within 100 ms') });
  });

  test('is not passed by one that answers HTML', async () => {
    expect((await gate(await start('--sim-fault', 'nonsense'), 'plumbing')).ok).toBe(false);
  });
});

describe('smoke', () => {
  test('is not passed by a simulated engine, which means nothing, nor by rubbish', async () => {
    const engine = await start();
    const result = await gate(engine, 'smoke');
    expect(result.ok).toBe(false);
    await engine.post('/sim/fault', { fault: 'rubbish' });
    const rubbish = await gate(engine, 'smoke');
    const outcomes = Object.fromEntries(rubbish.report.prompts.map((it) => [it.prompt, it.outcome]));
    expect(outcomes).toMatchObject({ ready: 'failed', capital: 'failed', turns: 'failed', tool: 'failed' });
    const checks = rubbish.report.prompts[0]?.tries[0]?.failures.map((it) => it.check);
    expect(checks).toEqual(['contains', 'finish_reason', 'max_characters', 'repeats_max']);
  });
});
