import { describe, expect, test } from 'bun:test';
import type { NodeReport, ReplicaReport } from '../../control/index.ts';
import { emptyReport } from '../../control/handler.fixture.ts';
import { drawFrame, type WatchView } from './frame.ts';

const replica: ReplicaReport = {
  name: 'heavy-0',
  pool: 'heavy',
  model: 'm',
  gpu: 0,
  state: 'starting',
  waiting_for: null,
  phase: 'loading',
  progress: { done: 3, total: 6 },
  not_ready_because: null,
  pid: 7,
  since: '2026-01-01T00:00:00Z',
  restarts: 0,
  restarts_left: null,
  in_flight: 2,
  kv_capacity_tokens: null,
  last_exit: null,
};
const pool = {
  name: 'heavy',
  model: 'm',
  aliases: [],
  replicas: 1,
  ready: 0,
  remote_replicas: 0,
  waiting: 0,
  oldest_wait_ms: 0,
};
const report = (completed: number): NodeReport => ({
  ...emptyReport,
  engine: 'vllm',
  pools: [
    { ...pool, totals: { requests: completed, prompt_tokens: completed * 100, completion_tokens: completed * 10 } },
  ],
  replicas: [replica],
  cards: [{ card: 'gpu:0', held_by: [{ replica: 'heavy-0', use: 'start' }], waiting: ['light-0'] }],
});
const view: WatchView = {
  samples: [
    { atMs: 0, report: report(0) },
    { atMs: 10_000, report: report(20) },
  ],
  nowUnixMs: Date.parse('2026-01-01T00:01:00Z'),
  silence: undefined,
};

describe('a frame', () => {
  test('shows pools with rates, replicas with how far their start is, and busy cards', () => {
    expect(drawFrame(view, { columns: 120, rows: 12 })).toEqual([
      'ssw-infer 1 · pid 1 · up 1m00s · http://127.0.0.1:8000',
      '',
      'POOL   MODEL  READY  WAITING  OLDEST  RUNNING  REQ/S  TOK IN/S  TOK OUT/S',
      'heavy  m      0/1    0        -       2        2.0    200       20',
      '',
      'REPLICA  POOL   GPU  STATE                          FOR    PID  RUNNING  RESTARTS  LAST EXIT',
      'heavy-0  heavy  0    █████░░░░░░░  45% loading 3/6  1m00s  7    2        0         -',
      '',
      'CARD   BUSY WITH        WAITING',
      'gpu:0  heavy-0 (start)  light-0',
      '',
      'q quits',
    ]);
  });
  test('says at its foot that the node is silent, and shows what was seen last', () => {
    const frame = drawFrame({ ...view, silence: { forMs: 65_000, because: 'gone' } }, { columns: 120, rows: 12 });
    expect(frame.at(-1)).toBe('NO ANSWER for 1m05s: gone · q quits');
    expect(frame).toHaveLength(12);
  });
  test.each([
    [120, 40],
    [40, 8],
    [20, 3],
    [3, 1],
    [1, 1],
  ])('fits a screen of %d by %d', (columns, rows) => {
    const frame = drawFrame(view, { columns, rows });
    expect(frame).toHaveLength(rows);
    expect(frame.every((it) => it.length <= columns)).toBe(true);
  });
  test('that does not fit tells how much is missing', () => {
    expect(drawFrame(view, { columns: 120, rows: 5 })[3]).toBe('… 7 more lines');
  });
});
