import { expect, test } from 'bun:test';
import type { EngineClient, EngineReply, ReplicaPlan } from '../engine/index.ts';
import { createMetrics, silentLog, type Clock } from '../telemetry/index.ts';
import { createWatch } from './run.ts';
import type { WatchReport } from './state.ts';

const limits = { intervalMs: 1000, timeoutMs: 5000, deadAfterMs: 15_000, stallAfterMs: 30_000 };

const plan: ReplicaPlan = {
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

/** A clock that stands still; whatever waits is called in order by `advance`. */
function fakeClock() {
  let nowMs = 0;
  const waiting = new Set<{ readonly atMs: number; readonly callback: () => void }>();
  const clock: Clock = {
    nowMs: () => nowMs,
    after(delayMs, callback) {
      const entry = { atMs: nowMs + delayMs, callback };
      waiting.add(entry);
      return () => waiting.delete(entry);
    },
  };
  /** Lets pending promises run, then the next timer fire. */
  async function advance(untilMs: number): Promise<void> {
    for (;;) {
      await settle();
      const [next] = [...waiting].toSorted((a, b) => a.atMs - b.atMs);
      if (next === undefined || next.atMs > untilMs) break;
      waiting.delete(next);
      nowMs = next.atMs;
      next.callback();
    }
    nowMs = untilMs;
  }
  return { clock, advance, waiting: () => waiting.size };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

type Got = Awaited<ReturnType<EngineClient['get']>>;

/** An engine whose answers a test sets, and what it was asked. */
function fakeEngine(health: Got | Promise<Got>) {
  const asked: string[] = [];
  const answers: { health: Got | Promise<Got>; metrics: Got; completion: string } = {
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

const OK: Got = { ok: true, status: 200, text: '' };
const REFUSED: Got = { ok: false, failure: 'refused', cause: undefined };

/** A watch that has just put its first question. */
function watched(health: Got | Promise<Got>) {
  const engine = fakeEngine(health);
  const time = fakeClock();
  const metrics = createMetrics();
  const reports: WatchReport[] = [];
  let inFlight = 0;
  const start = createWatch(
    { clock: time.clock, log: silentLog, metrics, open: () => engine.client, inFlight: () => inFlight },
    limits,
  );
  const watch = start(plan, (report) => reports.push(report));
  return { engine, time, metrics, reports, watch, setInFlight: (count: number) => (inFlight = count) };
}

test('asks until the engine answers, warms it up, and tells its room', async () => {
  const { engine, time, reports } = watched(REFUSED);
  await time.advance(3500);
  expect(engine.asked).toEqual(['/health', '/health', '/health', '/health']);
  expect(reports).toEqual([]);
  engine.answers.health = OK;
  await time.advance(4000);
  expect(engine.asked.slice(4)).toEqual(['/health', '/v1/completions', '/metrics']);
  expect(reports).toEqual([{ on: 'answering' }, { on: 'warm', capacity: { kvTokens: 60_000, sequencesMax: 16 } }]);
});

test('an engine that does not tell its room gets what its config allows', async () => {
  const { engine, time, reports } = watched(OK);
  engine.answers.metrics = { ok: true, status: 200, text: '' };
  await time.advance(0);
  expect(reports[1]).toEqual({ on: 'warm', capacity: { kvTokens: 16 * 8192, sequencesMax: 16 } });
});

test('an idle engine is asked for its health alone, one at work also for its progress', async () => {
  const { engine, time, setInFlight } = watched(OK);
  await time.advance(500);
  engine.asked.length = 0;
  await time.advance(1500);
  expect(engine.asked).toEqual(['/health']);
  setInFlight(3);
  await time.advance(2500);
  expect(engine.asked.slice(1)).toEqual(['/health', '/metrics']);
});

test('never asks twice at once: a late answer is waited for', async () => {
  const late = Promise.withResolvers<Got>();
  const { engine, time } = watched(late.promise);
  await time.advance(60_000);
  expect(engine.asked).toEqual(['/health']);
  late.resolve(OK);
  await time.advance(60_000);
  expect(engine.asked.length).toBeGreaterThan(1);
});

test('tells of an engine that says 503 within a tenth of a second', async () => {
  const { engine, time, reports } = watched(OK);
  await time.advance(500);
  engine.answers.health = { ok: true, status: 503, text: '' };
  await time.advance(1100);
  expect(reports.at(-1)).toEqual({ on: 'verdict', verdict: { is: 'dead', because: 'unavailable' } });
});

test('tells of an engine that answers but makes no progress, after one token did not come', async () => {
  const { engine, time, reports, setInFlight } = watched(OK);
  await time.advance(500);
  setInFlight(1);
  engine.answers.metrics = { ok: true, status: 200, text: 'vllm:iteration_tokens_total_count{} 7.0\n' };
  engine.answers.completion = '{"error":"stuck"}';
  await time.advance(30_500);
  expect(reports.length).toBe(2);
  await time.advance(31_500);
  expect(reports.at(-1)).toEqual({ on: 'verdict', verdict: { is: 'stalled', forMs: 30_000 } });
});

test('reports nothing after it was stopped, closes its connections and leaves no timer', async () => {
  const { engine, time, reports, watch } = watched(OK);
  await time.advance(500);
  const before = reports.length;
  watch.stop();
  engine.answers.health = { ok: true, status: 503, text: '' };
  await time.advance(60_000);
  expect(reports.length).toBe(before);
  expect(engine.closed()).toBe(true);
  expect(time.waiting()).toBe(0);
});

test('a watch that is stopped in the middle of a question ignores the answer', async () => {
  const late = Promise.withResolvers<Got>();
  const { engine, time, reports, watch } = watched(late.promise);
  await time.advance(0);
  watch.stop();
  late.resolve(OK);
  await time.advance(60_000);
  expect(reports).toEqual([]);
  expect(engine.asked).toEqual(['/health']);
});

test('counts its probes by kind and result', async () => {
  const { engine, time, metrics } = watched(REFUSED);
  await time.advance(0);
  engine.answers.health = OK;
  await time.advance(1000);
  const text = await metrics.registry.metrics();
  for (const labels of ['kind="health",result="refused"', 'kind="health",result="ok"', 'kind="warm_up",result="ok"']) {
    expect(text).toContain(`sswinfer_health_probe_seconds_count{replica="heavy-0",${labels}} 1`);
  }
});
