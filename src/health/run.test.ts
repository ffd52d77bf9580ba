import { expect, spyOn, test } from 'bun:test';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { EngineClient, EngineDocument, EngineReply, ReplicaPlan } from '../engine/index.ts';
import { createMetrics, silentLog } from '../telemetry/index.ts';
import { createWatch } from './run.ts';
import type { WatchReport } from './state.ts';

const limits = { intervalMs: 1000, timeoutMs: 5000, deadAfterMs: 15_000, stallAfterMs: 30_000 };

const plan: ReplicaPlan = {
  engine: { kind: 'vllm', env: {} },
  replica: { name: 'heavy-0', pool: 'heavy', gpu: 0, gpuMemoryUtilization: 0.5, port: undefined, args: {} },
  pool: {
    model: 'm',
    revision: undefined,
    servedName: 'Qwen/Qwen2.5-14B',
    aliases: [],
    maxModelLen: 8192,
    toolCallParser: undefined,
    reasoningParser: undefined,
    chatTemplateKwargs: undefined,
    args: { 'max-num-seqs': 16 },
  },
  poolName: 'heavy',
  endpoint: { kind: 'unix', path: '/run/heavy-0.sock' },
  cacheDirectory: '/var/cache/heavy-0',
};

function abortOf(signal: AbortSignal): Promise<EngineReply> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve({ ok: false, failure: 'aborted', cause: signal.reason }));
  });
}

/** An engine whose answers a test sets (a `completion` of `never` does not come), and what it was asked. */
function fakeEngine(health: EngineDocument | Promise<EngineDocument>) {
  const asked: string[] = [];
  const answers: { health: EngineDocument | Promise<EngineDocument>; metrics: EngineDocument; completion: string } = {
    health,
    metrics: { ok: true, status: 200, text: 'vllm:cache_config_info{kv_cache_size_tokens="60000"} 1.0\n' },
    completion: '{"usage":{"completion_tokens":1}}',
  };
  let closed = false;
  const client: EngineClient = {
    get(path) {
      asked.push(path);
      return Promise.resolve(path === '/health' ? answers.health : answers.metrics);
    },
    send(request): Promise<EngineReply> {
      asked.push(request.path);
      if (answers.completion === 'never') return abortOf(request.signal);
      const body = (async function* () {
        yield new TextEncoder().encode(answers.completion);
      })();
      return Promise.resolve({ ok: true, status: 200, headers: {}, body });
    },
    close: () => {
      closed = true;
    },
  };
  return { answers, asked, client, closed: () => closed };
}

const OK: EngineDocument = { ok: true, status: 200, text: '' };
const REFUSED: EngineDocument = { ok: false, failure: 'refused', cause: undefined };

/** A watch that has just put its first question. */
function watched(health: EngineDocument | Promise<EngineDocument>) {
  const engine = fakeEngine(health);
  const clock = createFakeClock();
  const metrics = createMetrics();
  const reports: WatchReport[] = [];
  let inFlight = 0;
  const start = createWatch(
    { clock, log: silentLog, metrics, open: () => engine.client, inFlight: () => inFlight },
    limits,
  );
  const watch = start(plan, (report) => reports.push(report));
  return { engine, clock, metrics, reports, watch, setInFlight: (count: number) => (inFlight = count) };
}

test('asks until the engine answers, warms it up, and tells its room', async () => {
  const { engine, clock, reports } = watched(REFUSED);
  await clock.advance(3500);
  expect(engine.asked).toEqual(['/health', '/health', '/health', '/health']);
  expect(reports).toEqual([]);
  engine.answers.health = OK;
  await clock.advance(500);
  expect(engine.asked.slice(4)).toEqual(['/health', '/v1/completions', '/metrics']);
  expect(reports).toEqual([{ on: 'answering' }, { on: 'warm', capacity: { kvTokens: 60_000, sequencesMax: 16 } }]);
});

test('an engine that does not tell its room gets what its config allows', async () => {
  const { engine, clock, reports } = watched(OK);
  engine.answers.metrics = { ok: true, status: 200, text: '' };
  await clock.advance(0);
  expect(reports[1]).toEqual({ on: 'warm', capacity: { kvTokens: 16 * 8192, sequencesMax: 16 } });
});

test('an idle engine is asked for its health alone, one at work also for its progress', async () => {
  const { engine, clock, setInFlight } = watched(OK);
  await clock.advance(500);
  engine.asked.length = 0;
  await clock.advance(1000);
  expect(engine.asked).toEqual(['/health']);
  setInFlight(3);
  await clock.advance(1000);
  expect(engine.asked.slice(1)).toEqual(['/health', '/metrics']);
});

test('never asks twice at once: a late answer is waited for', async () => {
  const late = Promise.withResolvers<EngineDocument>();
  const { engine, clock } = watched(late.promise);
  await clock.advance(60_000);
  expect(engine.asked).toEqual(['/health']);
  late.resolve(OK);
  await clock.advance(0);
  expect(engine.asked.length).toBeGreaterThan(1);
});

test('tells of an engine that says 503 within a tenth of a second', async () => {
  const { engine, clock, reports } = watched(OK);
  await clock.advance(500);
  engine.answers.health = { ok: true, status: 503, text: '' };
  await clock.advance(600);
  expect(reports.at(-1)).toEqual({ on: 'verdict', verdict: { is: 'dead', because: 'unavailable' } });
});

test('tells of an engine that answers but makes no progress, after one token did not come', async () => {
  const { engine, clock, reports, setInFlight } = watched(OK);
  await clock.advance(500);
  setInFlight(1);
  engine.answers.metrics = { ok: true, status: 200, text: 'vllm:iteration_tokens_total_count{} 7.0\n' };
  engine.answers.completion = '{"error":"stuck"}';
  await clock.advance(30_000);
  expect(reports.length).toBe(2);
  await clock.advance(1000);
  expect(reports.at(-1)).toEqual({ on: 'verdict', verdict: { is: 'stalled', forMs: 30_000 } });
});

test('an engine that is slow with its first token is complained of once, not at each try', async () => {
  const warn = spyOn(silentLog, 'warn');
  try {
    const { engine, clock, reports } = watched(OK);
    engine.answers.completion = '{"error":"compiling"}';
    await clock.advance(30_000);
    expect(engine.asked.filter((path) => path === '/v1/completions').length).toBeGreaterThan(20);
    expect(warn.mock.calls).toMatchObject([
      [{ replica: 'heavy-0', cause: expect.stringContaining('compiling') }, expect.any(String)],
    ]);
    expect(reports).toEqual([{ on: 'answering' }]);
  } finally {
    warn.mockRestore();
  }
});

test('a token that does not come in time is given up, and steps that went on meanwhile end the doubt', async () => {
  const { engine, clock, reports, setInFlight } = watched(OK);
  await clock.advance(500);
  setInFlight(1);
  engine.answers.metrics = { ok: true, status: 200, text: 'vllm:iteration_tokens_total_count{} 7.0\n' };
  engine.answers.completion = 'never';
  await clock.advance(30_500);
  expect(engine.asked.at(-1)).toBe('/v1/completions');
  engine.answers.metrics = { ok: true, status: 200, text: 'vllm:iteration_tokens_total_count{} 8.0\n' };
  await clock.advance(5000);
  expect(engine.asked.slice(-2)).toEqual(['/v1/completions', '/metrics']);
  await clock.advance(10_000);
  expect(reports.length).toBe(2);
  expect(engine.asked.slice(-2)).toEqual(['/health', '/metrics']);
});

test('reports nothing after it was stopped, closes its connections and leaves no timer', async () => {
  const { engine, clock, reports, watch } = watched(OK);
  await clock.advance(500);
  const before = reports.length;
  watch.stop();
  engine.answers.health = { ok: true, status: 503, text: '' };
  await clock.advance(59_500);
  expect(reports.length).toBe(before);
  expect(engine.closed()).toBe(true);
  expect(clock.nextInMs()).toBeUndefined();
});

test('a watch that is stopped in the middle of a question ignores the answer', async () => {
  const late = Promise.withResolvers<EngineDocument>();
  const { engine, clock, reports, watch } = watched(late.promise);
  await clock.advance(0);
  watch.stop();
  late.resolve(OK);
  await clock.advance(60_000);
  expect(reports).toEqual([]);
  expect(engine.asked).toEqual(['/health']);
});

test('counts its probes by kind and result', async () => {
  const { engine, clock, metrics } = watched(REFUSED);
  await clock.advance(0);
  engine.answers.health = OK;
  await clock.advance(1000);
  const text = await metrics.registry.metrics();
  for (const labels of ['kind="health",result="refused"', 'kind="health",result="ok"', 'kind="warm_up",result="ok"']) {
    expect(text).toContain(`sswinfer_health_probe_seconds_count{replica="heavy-0",${labels}} 1`);
  }
});
