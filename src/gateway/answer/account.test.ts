import { expect, test } from 'bun:test';
import type { Grant, Outcome, Usage } from '../../queue/index.ts';
import { createMetrics, silentLog } from '../../telemetry/index.ts';
import { openAccount } from './account.ts';
import { aReading } from '../fixtures/reading.ts';
import { ROUTES } from '../fixtures/test-gateway.ts';
import { aTicket as ticket } from '../fixtures/ticket.ts';

const nobody = () => Promise.reject(new Error('not in this test'));

/** An account of a request that came at 1,000 ms, whose body was there at 1,100 ms. */
function open() {
  const finished: Outcome[] = [];
  const used: Usage[] = [];
  const metrics = createMetrics();
  let nowMs = 1000;
  const clock = { nowMs: () => nowMs, after: () => () => undefined };
  const outgoing = { path: '/', body: '', headers: {}, signal: new AbortController().signal };
  const idleLimit = { set: () => undefined, lift: () => undefined };
  const times = { arrivedMs: 1000, readMs: 1100 };
  const call = {
    requestId: 'r',
    route: ROUTES[0]!,
    ticket,
    outgoing,
    reading: aReading,
    streams: false,
    idleLimit,
    ...times,
  };
  const finish = (outcome: Outcome, usage?: Usage) => {
    finished.push(outcome);
    if (usage !== undefined) used.push(usage);
  };
  const granted = {
    ticket,
    replica: 'heavy-0',
    claim: 'c',
    attempt: 1,
    waitedMs: 50,
    degraded: false,
    rate: undefined,
    isCancelled: () => false,
  };
  const told = { received: () => undefined, used: (usage: Usage) => void used.push(usage), finish };
  const grant: Grant = { ...granted, ...told, send: nobody, giveBack: nobody };
  const tenantLabel = (tenant: string) => `label of ${tenant}`;
  const account = openAccount(call, { clock, metrics, log: silentLog, tenantLabel });
  const sumOf = async (name: string) => {
    const text = await metrics.registry.getSingleMetricAsString(`sswinfer_${name}`);
    return Number(/_sum\{[^}]*\} (\S+)/.exec(text)?.[1]);
  };
  return { account, call, grant, finished, used, metrics, sumOf, at: (ms: number) => void (nowMs = ms) };
}

test('whatever else happens, a request ends once, and the first end counts', async () => {
  const { account, call, grant, finished, metrics } = open();
  account.routed(call);
  account.asking(grant);
  account.settle('client_gone');
  account.settle('completed');
  account.closed('draining');
  account.broke();
  expect(finished).toEqual(['client_gone']);
  expect((await metrics.requests.get()).values).toEqual([
    { labels: { pool: 'heavy', outcome: 'client_gone' }, value: 1 },
  ]);
});

test('its times are told apart', async () => {
  const { account, call, grant, sumOf, at } = open();
  account.routed(call);
  at(1160); // 50 of the 60 ms since the body was there were spent in line
  account.asking(grant);
  at(1500);
  account.answering();
  at(2500);
  account.settle('completed', { events: 11, usage: undefined });
  expect(await sumOf('gateway_overhead_seconds')).toBeCloseTo(0.01);
  expect(await sumOf('time_to_first_token_seconds')).toBeCloseTo(0.5);
  expect(await sumOf('inter_token_latency_seconds')).toBeCloseTo(0.1);
  expect(await sumOf('request_duration_seconds')).toBeCloseTo(1.5);
});

test('only the first execution counts as overhead', async () => {
  const { account, call, grant, sumOf } = open();
  account.routed(call);
  account.asking({ ...grant, attempt: 2 });
  expect(await sumOf('gateway_overhead_seconds')).toBeNaN();
});

test('what ends before its pool is known is counted all the same', async () => {
  const { account, finished, metrics } = open();
  account.closed('model_not_found');
  expect((await metrics.requests.get()).values).toEqual([{ labels: { outcome: 'model_not_found' }, value: 1 }]);
  expect(finished).toEqual([]);
});

test.each([
  ['completed', 'completed'],
  ['client_gone', 'client_gone'],
  ['engine_declined', 'engine_error'],
  ['engine_error', 'engine_error'],
  ['engine_aborted', 'engine_failed'],
  ['engine_died', 'engine_failed'],
  ['connection_broke', 'engine_failed'],
  ['engine_unreached', 'engine_failed'],
] as const)('%s is counted as %s', async (outcome, counted) => {
  const { account, call, grant, finished, metrics } = open();
  account.routed(call);
  account.asking(grant);
  account.settle(outcome);
  expect(finished).toEqual([outcome]);
  expect((await metrics.requests.get()).values[0]?.labels).toEqual({ pool: 'heavy', outcome: counted });
});

test('a fault of our own frees the replica', async () => {
  const { account, call, grant, finished, metrics } = open();
  account.routed(call);
  account.asking(grant);
  account.broke();
  expect(finished).toEqual(['client_gone']); // it tells nothing of the engine
  expect((await metrics.requests.get()).values[0]?.labels).toEqual({ pool: 'heavy', outcome: 'internal_error' });
});

test('what an engine counted goes to the queue and, under its tenant’s label, into the metrics', async () => {
  const { account, call, grant, used, metrics } = open();
  const usage = { prompt: 7, completion: 3, cached: 4 };
  account.routed(call);
  account.asking(grant);
  account.settle('completed', { events: 4, usage });
  expect(used).toEqual([usage]);
  const { values } = await metrics.tokens.get();
  expect(values.map(({ labels, value }) => [labels.tenant, labels.kind, value])).toEqual([
    ['label of anonymous', 'prompt', 7],
    ['label of anonymous', 'completion', 3],
    ['label of anonymous', 'cached', 4],
  ]);
});

test('bug: a stream cut before it told its usage counted nothing: it has its length, in the metrics too', async () => {
  const { account, call, grant, finished, used, metrics } = open();
  account.routed(call);
  account.asking(grant);
  account.settle('client_gone', { events: 40, usage: undefined });
  expect(used).toEqual([{ prompt: 0, completion: 40, cached: 0 }]);
  expect(finished).toEqual(['client_gone']);
  const { values } = await metrics.tokens.get();
  expect(values.map(({ labels, value }) => [labels.kind, value])).toEqual([['completion', 40]]);
});
