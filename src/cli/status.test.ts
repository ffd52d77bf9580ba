import { expect, test } from 'bun:test';
import type { NodeReport, ReplicaReport } from '../control/index.ts';
import { formatStatus } from './status.ts';

const replica: ReplicaReport = {
  name: 'far-0',
  pool: 'heavy',
  model: 'm',
  gpu: null,
  state: 'warming',
  waiting_for: null,
  phase: null,
  progress: null,
  not_ready_because: 'status 404: The model does not exist',
  pid: null,
  since: '2026-01-01T00:00:00Z',
  restarts: 0,
  restarts_left: null,
  in_flight: 0,
  kv_capacity_tokens: null,
  last_exit: null,
};

const report: NodeReport = {
  version: '1',
  pid: 1,
  started_at: '2026-01-01T00:00:00Z',
  config: '/r.yaml',
  url: 'http://127.0.0.1:8000',
  engine: 'external',
  redis: { kind: 'managed', up: true, on_down: 'degraded' },
  reload_error: null,
  warnings: [],
  ready: false,
  pools: [],
  replicas: [replica],
  cards: [],
};

const lines = (it: ReplicaReport) => formatStatus({ ...report, replicas: [it] }, 0, undefined).split('\n');

test('bug: what keeps a replica from being ready stands under the table', () => {
  expect(lines(replica).at(-1)).toBe('far-0 is not ready yet: status 404: The model does not exist');
  expect(lines({ ...replica, state: 'ready', not_ready_because: null }).join()).not.toContain('not ready yet');
});
