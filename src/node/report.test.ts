import { expect, test } from 'bun:test';
import { statusOf } from './replica-status.fixture.ts';
import { reportNode } from './report.ts';

const report = (up: boolean, state: 'ready' | 'starting', onDown: 'degraded' | 'refuse' = 'refuse', remote = 0) =>
  reportNode({
    head: {
      version: '1',
      pid: 1,
      started_at: '2026-01-01T00:00:00Z',
      config: '/r.yaml',
      url: 'http://127.0.0.1:8000',
      engine: 'sim',
      redis: { kind: 'managed', up, on_down: onDown },
      reload_error: null,
      last_reload: null,
      drift: null,
      swaps: [],
      rollout: null,
      warnings: [],
    },
    routes: [{ pool: 'heavy', model: 'm', engineModel: 'heavy', aliases: [], maxModelLen: undefined, maxWaitMs: 1 }],
    replicas: [{ ...statusOf('heavy-0', state), notReadyBecause: state === 'ready' ? undefined : 'status 404' }],
    cards: [],
    depths: [{ pool: 'heavy', waiting: 3, oldestWaitMs: 12.4, remoteReplicas: remote }],
    inFlight: () => 2,
    totals: () => ({ requests: 1, prompt_tokens: 2, completion_tokens: 3 }),
  });

test('a pool is told with its replicas and its line', () => {
  expect(report(true, 'ready').pools).toMatchObject([
    { name: 'heavy', replicas: 1, ready: 1, waiting: 3, oldest_wait_ms: 12 },
  ]);
  expect(report(true, 'ready').replicas).toMatchObject([
    { name: 'heavy-0', state: 'ready', waiting_for: null, in_flight: 2, last_exit: null },
  ]);
});

test('bug: a replica that is not ready yet says why', () => {
  const [replica] = report(true, 'starting').replicas;
  expect(replica).toMatchObject({ state: 'starting', not_ready_because: 'status 404' });
});

test('bug: a node without its queue is not ready, whatever its replicas are', () => {
  expect(report(true, 'ready').ready).toBe(true);
  expect(report(true, 'starting').ready).toBe(false);
  expect(report(false, 'ready').ready).toBe(false);
});

test('a node that queues in memory while Redis is away is ready with replicas of its own, not with those of others', () => {
  expect(report(false, 'ready', 'degraded').ready).toBe(true);
  expect(report(false, 'starting', 'degraded', 1).ready).toBe(false);
});

test('replicas of other hosts serve a pool too', () => {
  expect(report(true, 'starting', 'refuse', 1)).toMatchObject({
    ready: true,
    pools: [{ ready: 0, remote_replicas: 1 }],
  });
});
