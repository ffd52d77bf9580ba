import type { NodeReport, QueueReport, ReloadPreview } from '../control/index.ts';

const AT = '2026-01-01T00:00:00Z';

/** A report in which nothing is absent: what `status --json` can say. */
export const fullReport: NodeReport = {
  version: '0.1.0',
  pid: 4711,
  started_at: AT,
  config: '/etc/ssw-infer/replicas.yaml',
  url: 'http://127.0.0.1:8000',
  engine: 'vllm',
  redis: { kind: 'managed', up: true, on_down: 'degraded' },
  reload_error: 'heavy-0 did not start',
  last_reload: { result: 'rolled_back', at: AT, message: 'heavy-0 did not start' },
  drift: { since: AT, cause: 'heavy-0 did not start' },
  swaps: [{ pool: 'heavy', model: 'm', revision: 'abc', at: AT }],
  rollout: {
    id: 'r1',
    status: 'running',
    cause: null,
    started_at: AT,
    ended_at: null,
    moves: [
      {
        replica: 'heavy-0',
        pool: 'heavy',
        kind: 'roll',
        stage: 'draining',
        since: AT,
        from: 'a',
        to: 'b',
        cause: null,
      },
    ],
  },
  warnings: [],
  ready: true,
  pools: [
    {
      name: 'heavy',
      model: 'm',
      aliases: [],
      replicas: 2,
      ready: 2,
      remote_replicas: 0,
      waiting: 0,
      oldest_wait_ms: 0,
      totals: { requests: 0, prompt_tokens: 0, completion_tokens: 0 },
    },
  ],
  replicas: [
    {
      name: 'heavy-0',
      pool: 'heavy',
      model: 'm',
      gpu: 0,
      state: 'starting',
      waiting_for: null,
      phase: 'loading',
      progress: { done: 3, total: 5 },
      not_ready_because: null,
      pid: 4712,
      since: AT,
      restarts: 0,
      restarts_left: 10,
      in_flight: 0,
      kv_capacity_tokens: null,
      last_exit: { cause: 'killed', code: null, signal: 'SIGKILL', advice: 'look', runbook: 'crash-loop', at: AT },
    },
  ],
  cards: [{ card: 'gpu:0', held_by: [{ replica: 'heavy-0', use: 'start' }], waiting: ['light-0'] }],
};

/** What `queue --json` can say of one pool. */
export const fullQueue: QueueReport = {
  pool: 'heavy',
  waiting: 1,
  suspects: 0,
  running: 1,
  lines: [{ tenant: 'a', priority: 'bulk', waiting: 1, oldest_wait_ms: 1, cost_tokens: 1, virtual_tokens: 1 }],
  tickets: [{ id: 't', tenant: 'a', priority: 'bulk', position: 1, wait_ms: 1, cost_tokens: 1, origin: 'n' }],
  claims: [
    {
      claim: 'c',
      id: 't',
      tenant: 'a',
      priority: 'bulk',
      replica: 'heavy-0',
      node: 'n',
      kind: 'line',
      cost_tokens: 1,
      origin: 'n',
    },
  ],
  nodes: [{ node: 'n', lease_ms: 1 }],
};

/** What `reload --dry-run --json` says of a plan that would be taken. */
export const fullPreview: ReloadPreview = {
  ok: true,
  steps: [],
  in_place: [],
  moves: [
    {
      replica: 'heavy-0',
      pool: 'heavy',
      kind: 'roll',
      from: 'a',
      to: 'b',
      start_s: 170,
      start_known: true,
      drain_s_max: 120,
      ready_meanwhile: 1,
      kv_tokens_meanwhile: 61_440,
    },
  ],
  duration_s: 340,
};
