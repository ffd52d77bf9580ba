import { expect, spyOn, test } from 'bun:test';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { HealthConfig } from '../config/index.ts';
import type { EngineClient, EngineDocument, EngineLoad, EngineReply, ReplicaPlan } from '../engine/index.ts';
import { createMetrics, silentLog } from '../telemetry/index.ts';
import { phaseMs } from './phase.ts';
import { limits, plan } from './plan.fixture.ts';
import { createWatch } from './run.ts';
import type { WatchReport } from './state.ts';

function abortOf(signal: AbortSignal): Promise<EngineReply> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve({ ok: false, failure: 'aborted', cause: signal.reason }));
  });
}

const isFailure = (text: string): text is 'refused' | 'reset' | 'exhausted' =>
  ['refused', 'reset', 'exhausted'].includes(text);

/** An engine whose answers a test sets, and what it was asked. A `completion` of `never` does not come. */
function fakeEngine(health: EngineDocument | Promise<EngineDocument>) {
  const asked: string[] = [];
  const answers = {
    health,
    metrics: {
      ok: true,
      status: 200,
      text: 'vllm:cache_config_info{kv_cache_size_tokens="60000"} 1.0\n',
    } as EngineDocument,
    completion: '{"usage":{"completion_tokens":1}}',
    status: 200,
  };
  let closed = false;
  let tokens = 0;
  let most = 0;

  async function complete(signal: AbortSignal): Promise<EngineReply> {
    const { completion, status } = answers;
    if (completion === 'never') return abortOf(signal);
    if (isFailure(completion)) return { ok: false, failure: completion, cause: undefined };
    const body = (async function* () {
      yield new TextEncoder().encode(completion);
    })();
    return { ok: true, status, headers: {}, body };
  }

  const client: EngineClient = {
    get(path) {
      asked.push(path);
      return Promise.resolve(path === '/health' ? answers.health : answers.metrics);
    },
    async send({ path, signal }) {
      asked.push(path);
      tokens += 1;
      most = Math.max(most, tokens);
      const reply = await complete(signal);
      tokens -= 1;
      return reply;
    },
    close: () => {
      closed = true;
    },
  };
  return { answers, asked, client, closed: () => closed, mostTokensAtOnce: () => most };
}

const stepsOf = (count: number): EngineDocument => ({
  ok: true,
  status: 200,
  text: `vllm:iteration_tokens_total_count{} ${count}.0\n`,
});

const OK: EngineDocument = { ok: true, status: 200, text: '' };
const TIMED_OUT: EngineDocument = { ok: false, failure: 'timed_out', cause: undefined };
const EXHAUSTED: EngineDocument = { ok: false, failure: 'exhausted', cause: undefined };
const REFUSED: EngineDocument = { ok: false, failure: 'refused', cause: undefined };

/** A watch that has just put its first question. */
function watched(
  health: EngineDocument | Promise<EngineDocument>,
  answers: { readonly completion?: string; readonly status?: number } = {},
  of: ReplicaPlan = plan,
  its: HealthConfig = limits,
) {
  const engine = fakeEngine(health);
  Object.assign(engine.answers, answers);
  const clock = createFakeClock();
  const metrics = createMetrics();
  const reports: WatchReport[] = [];
  const loads: [string, EngineLoad][] = [];
  let inFlight = 0;
  const start = createWatch(
    {
      clock,
      log: silentLog,
      metrics,
      open: () => engine.client,
      inFlight: () => inFlight,
      loaded: (replica, load) => loads.push([replica, load]),
    },
    its,
  );
  const watch = start(of, (report) => reports.push(report));
  return { engine, clock, metrics, reports, loads, watch, setInFlight: (count: number) => (inFlight = count) };
}

/** A watch of an engine that is warm and idle; its next look is in an interval. */
async function warm() {
  const all = watched(OK);
  await all.clock.advance(1000 + phaseMs('heavy-0', 1000));
  all.engine.asked.length = 0;
  all.reports.length = 0;
  return all;
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

test('bug: an engine that says it is about to listen is warm as soon as it answers, not an interval later', async () => {
  const { engine, clock, reports, watch } = watched(REFUSED);
  await clock.advance(1500);
  expect(engine.asked).toHaveLength(2);
  watch.listening();
  await clock.advance(250);
  expect(engine.asked).toHaveLength(5);
  engine.answers.health = OK;
  watch.listening(); // its output may say so more than once
  await clock.advance(50);
  expect(reports.map(({ on }) => on)).toEqual(['answering', 'warm']);
});

test('one that is about to listen is asked one question at a time', async () => {
  const { engine, clock, watch } = watched(new Promise(() => {}));
  watch.listening();
  await clock.advance(1000);
  expect(engine.asked).toEqual(['/health']);
});

test('an engine that does not tell its room gets what its config allows', async () => {
  const { engine, clock, reports } = watched(OK);
  engine.answers.metrics = { ok: true, status: 200, text: '' };
  await clock.advance(0);
  expect(reports[1]).toEqual({ on: 'warm', capacity: { kvTokens: 16 * 8192, sequencesMax: 16 } });
});

test('an idle engine is asked for its health alone and now and then, one at work for its progress each interval', async () => {
  const { engine, clock, setInFlight } = await warm();
  await clock.advance(10_000);
  expect(engine.asked).toEqual(['/health', '/health']);
  setInFlight(3);
  await clock.advance(2000);
  expect(engine.asked.slice(2)).toEqual(['/health', '/metrics', '/health', '/metrics']);
});

test('tells how an engine at work is loaded, each time its metrics are read', async () => {
  const { engine, clock, loads, setInFlight, watch } = await warm();
  const text = 'vllm:num_requests_waiting{} 5.0\nvllm:num_preemptions_total{} 2.0\nvllm:kv_cache_usage_perc{} 0.5\n';
  engine.answers.metrics = { ok: true, status: 200, text };
  await clock.advance(4000);
  expect(loads).toEqual([]);
  setInFlight(3);
  await clock.advance(2000);
  const load = { waiting: 5, preemptions: 2, kvUsage: 0.5 };
  expect(loads).toEqual([
    ['heavy-0', load],
    ['heavy-0', load],
  ]);
  engine.answers.metrics = TIMED_OUT;
  await clock.advance(1000);
  watch.stop();
  engine.answers.metrics = { ok: true, status: 200, text };
  await clock.advance(1000);
  expect(loads).toHaveLength(2);
});

test('looks at each replica in a place of its own in the interval', async () => {
  const names = Array.from({ length: 64 }, (_, index) => `light-${index}`);
  const tenths = new Set(names.map((name) => Math.floor(phaseMs(name, 1000) / 100)));
  expect(tenths.size).toBe(10);
  const { engine, clock } = watched(OK);
  await clock.advance(0);
  engine.asked.length = 0;
  await clock.advance(1000 + phaseMs('heavy-0', 1000) - 1);
  expect(engine.asked).toEqual([]);
  await clock.advance(1);
  expect(engine.asked).toEqual(['/health']);
});

test('an idle engine is asked for one token now and then, and not while real requests end well', async () => {
  const { engine, clock, watch } = await warm();
  const tokens = () => engine.asked.filter((path) => path === '/v1/completions').length;
  await clock.advance(45_000);
  expect(tokens()).toBeWithin(2, 4);
  const before = tokens();
  for (let second = 0; second < 60; second += 5) {
    watch.heard('answered');
    await clock.advance(5000);
  }
  expect(tokens()).toBe(before);
  expect(engine.asked).not.toContain('/metrics');
});

test('never asks twice at once, whatever is heard meanwhile: a late answer is waited for', async () => {
  const late = Promise.withResolvers<EngineDocument>();
  const { engine, clock, watch } = await warm();
  engine.answers.health = late.promise;
  await clock.advance(5000);
  for (let index = 0; index < 20; index += 1) watch.heard('reset');
  await clock.advance(60_000);
  expect(engine.asked).toEqual(['/health']);
  late.resolve(OK);
  await clock.advance(100);
  expect(engine.asked.slice(1)).toEqual(['/health', '/metrics', '/v1/completions']);
});

test('a frozen engine has one token asked of it at a time, and every connection is given up', async () => {
  const { engine, clock, setInFlight } = await warm();
  setInFlight(1);
  engine.answers.metrics = stepsOf(7);
  engine.answers.completion = 'never';
  await clock.advance(120_000);
  expect(engine.mostTokensAtOnce()).toBe(1);
});

/** An engine at work that gives its probes nothing; each second some of its clients hear from it. */
async function flowing(answers: Partial<Record<'health' | 'metrics', EngineDocument>>, forMs: number) {
  const all = await warm();
  all.setInFlight(4);
  Object.assign(all.engine.answers, { completion: 'never', ...answers });
  for (let ms = 0; ms < forMs; ms += 1000) {
    all.watch.heard('flowing');
    await all.clock.advance(1000);
  }
  return all;
}

test('long answers of an engine that tells no steps: no stall while they flow, and one when they do not', async () => {
  const { clock, reports } = await flowing({ metrics: OK }, 600_000);
  expect(reports).toEqual([]);
  await clock.advance(2 * limits.stallAfterMs);
  expect(reports).toMatchObject([{ on: 'verdict', verdict: { is: 'stalled' } }]);
});

test('an API that answers nothing for minutes is busy while answers flow, and unreachable when they do not', async () => {
  const { clock, reports } = await flowing({ health: TIMED_OUT, metrics: TIMED_OUT }, 600_000);
  expect(reports).toEqual([{ on: 'verdict', verdict: { is: 'busy' } }]);
  await clock.advance(limits.stallAfterMs + limits.timeoutMs);
  expect(reports.slice(1)).toMatchObject([{ on: 'verdict', verdict: { is: 'unreachable' } }]);
});

test('answers that flow excuse no engine whose steps are seen to stand still', async () => {
  const { reports } = await flowing({ metrics: stepsOf(7) }, limits.stallAfterMs + 2 * limits.timeoutMs);
  expect(reports).toMatchObject([{ on: 'verdict', verdict: { is: 'stalled' } }]);
});

test('tells of an engine that says 503 within a tenth of a second of its next look', async () => {
  const { engine, clock, reports, setInFlight } = await warm();
  setInFlight(1);
  engine.answers.health = { ok: true, status: 503, text: '' };
  await clock.advance(1100);
  expect(reports).toEqual([{ on: 'verdict', verdict: { is: 'dead', because: 'unavailable' } }]);
});

test('tells of a dead core at the first broken stream, long before the next look', async () => {
  const { engine, clock, reports, watch } = await warm();
  await clock.advance(1200);
  engine.answers.health = { ok: true, status: 503, text: '' };
  watch.heard('reset');
  await clock.advance(100);
  expect(reports).toEqual([{ on: 'verdict', verdict: { is: 'dead', because: 'unavailable' } }]);
});

test.each([
  ['{"error":"dead"}', 500, { is: 'dead', because: 'server_error' }],
  ['refused', 0, { is: 'unreachable', because: 'refused' }],
  ['reset', 0, { is: 'unreachable', because: 'reset' }],
] as const)('real requests fail and so does a token (%s): told at once', async (completion, status, verdict) => {
  const { engine, clock, reports, watch } = await warm();
  await clock.advance(1200);
  Object.assign(engine.answers, { completion, status });
  for (let index = 0; index < 5; index += 1) {
    watch.heard('server_error');
    await clock.advance(1);
  }
  await clock.advance(200);
  expect(reports).toMatchObject([{ on: 'verdict', verdict }]);
});

test('a client that sends nonsense restarts no engine', async () => {
  const { clock, reports, watch } = await warm();
  for (let second = 0; second < 600; second += 1) {
    for (let index = 0; index < 10; index += 1) watch.heard('server_error');
    await clock.advance(1000);
  }
  expect(reports).toEqual([]);
});

test('tells of an engine at work that answers but makes no progress, within a probe and an interval', async () => {
  const { engine, clock, reports, setInFlight } = await warm();
  setInFlight(1);
  engine.answers.metrics = stepsOf(7);
  engine.answers.completion = 'never';
  await clock.advance(limits.stallAfterMs);
  expect(reports).toEqual([]);
  await clock.advance(limits.timeoutMs + limits.intervalMs);
  expect(reports).toMatchObject([{ on: 'verdict', verdict: { is: 'stalled' } }]);
});

test('tells of an engine that froze while it was idle', async () => {
  const { engine, clock, reports } = await warm();
  engine.answers.metrics = stepsOf(7);
  engine.answers.completion = 'never';
  await clock.advance(limits.idleProbeMs + limits.stallAfterMs + 2 * (limits.timeoutMs + limits.intervalMs));
  expect(reports).toMatchObject([{ on: 'verdict', verdict: { is: 'stalled' } }]);
});

test('tells of an idle engine that answers nobody, and of its return', async () => {
  const { engine, clock, reports } = await warm();
  Object.assign(engine.answers, { health: REFUSED, metrics: REFUSED, completion: 'refused' });
  await clock.advance(5000 + limits.deadAfterMs + limits.intervalMs);
  expect(reports).toMatchObject([{ on: 'verdict', verdict: { is: 'unreachable', because: 'refused' } }]);
  Object.assign(engine.answers, { health: OK, completion: '{"usage":{"completion_tokens":1}}' });
  await clock.advance(2000);
  expect(reports.slice(1)).toEqual([{ on: 'verdict', verdict: { is: 'ok' } }]);
});

test.each([
  ['a page', '<html>', 200, 'an answer without a token: <html>'],
  ['an answer without a token', '{"usage":{"completion_tokens":0}}', 200, 'an answer without a token'],
  ['an error', '{"error":"compiling"}', 500, 'status 500: compiling'],
  ['nothing', 'reset', 0, 'no answer came: reset'],
])('bug: an engine that answers with %s is not warm, is complained of once and says why', async (...all) => {
  const [, completion, status, why] = all;
  const warn = spyOn(silentLog, 'warn');
  try {
    const { engine, clock, reports } = watched(OK, { completion, status });
    await clock.advance(30_000);
    expect(engine.asked.filter((path) => path === '/v1/completions').length).toBeGreaterThan(20);
    const cause: string = expect.stringContaining(why);
    expect(warn.mock.calls).toMatchObject([[{ replica: 'heavy-0', cause }, expect.any(String)]]);
    expect(reports).toEqual([{ on: 'answering' }, { on: 'not_yet', why: cause }]);
  } finally {
    warn.mockRestore();
  }
});

test.each([
  [{ ok: true, status: 404, text: '{"detail":"Not Found"}' }, '/health: status 404: Not Found'],
  [{ ok: true, status: 307, text: '' }, '/health: status 307'],
  [{ ok: false, failure: 'reset', cause: new Error('Parse Error') }, '/health: the connection broke (Parse Error)'],
  [TIMED_OUT, '/health: no answer within 5 s'],
] as const)('bug: an engine whose /health is no /health says so: %j', async (health, why) => {
  const { clock, reports } = watched(health);
  await clock.advance(10_000);
  expect(reports).toEqual([{ on: 'not_yet', why }]);
});

test('bug: an engine of somebody else that nobody runs says so, one of ours starts still', async () => {
  const external = watched(REFUSED, {}, { ...plan, engine: { kind: 'external', env: {} } });
  await external.clock.advance(10_000);
  expect(external.reports).toEqual([{ on: 'not_yet', why: '/health: no connection could be made' }]);
  const ours = watched(REFUSED);
  await ours.clock.advance(10_000);
  expect(ours.reports).toEqual([]);
});

test('bug: no file descriptors of our own for ten minutes: nobody is condemned, and it is logged once a minute', async () => {
  const warn = spyOn(silentLog, 'warn');
  try {
    const { engine, clock, reports, watch, setInFlight } = await warm();
    setInFlight(3);
    Object.assign(engine.answers, { health: EXHAUSTED, metrics: EXHAUSTED, completion: 'exhausted' });
    for (let second = 0; second < 600; second += 1) {
      watch.heard('reset');
      await clock.advance(1000);
    }
    expect(reports).toEqual([]);
    expect(engine.asked.length).toBeLessThan(2000);
    expect(warn.mock.calls).toHaveLength(10);
    const cause: string = expect.stringContaining('LimitNOFILE');
    expect(warn.mock.calls[0]).toMatchObject([{ replica: 'heavy-0', cause }, expect.any(String)]);
    const metrics = stepsOf(7);
    Object.assign(engine.answers, { health: OK, metrics, completion: '{"usage":{"completion_tokens":1}}' });
    await clock.advance(10_000);
    expect(reports).toEqual([]);
  } finally {
    warn.mockRestore();
  }
});

test('bug: a KV cache that no host has is not believed, and complained of', async () => {
  const warn = spyOn(silentLog, 'warn');
  try {
    const { engine, clock, reports } = watched(REFUSED);
    const text = 'vllm:cache_config_info{kv_cache_size_tokens="100000000000000000000"} 1.0\n';
    Object.assign(engine.answers, { health: OK, metrics: { ok: true, status: 200, text } });
    await clock.advance(1000);
    expect(reports[1]).toEqual({ on: 'warm', capacity: { kvTokens: 16 * 8192, sequencesMax: 16 } });
    expect(warn.mock.calls).toMatchObject([[{ replica: 'heavy-0', kvTokens: 1e20 }, expect.any(String)]]);
  } finally {
    warn.mockRestore();
  }
});

test('an engine of another make need not have /metrics', async () => {
  const { engine, clock, reports } = watched(OK);
  engine.answers.metrics = { ok: true, status: 404, text: 'not found' };
  await clock.advance(0);
  expect(reports[1]).toEqual({ on: 'warm', capacity: { kvTokens: 16 * 8192, sequencesMax: 16 } });
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

test('other limits are taken from the next question on', async () => {
  const its = { ...limits };
  const { engine, clock } = watched(REFUSED, {}, plan, its);
  await clock.advance(2 * limits.intervalMs);
  const slow = engine.asked.length;
  Object.assign(its, { intervalMs: limits.intervalMs / 10 });
  await clock.advance(2 * limits.intervalMs);
  expect(engine.asked.length - slow).toBeGreaterThan(10);
});
