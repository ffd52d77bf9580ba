import { describe, expect, test } from 'bun:test';
import type { NodeReport, ReplicaReport } from '../control/index.ts';
import { emptyReport } from '../control/handler.fixture.ts';
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

const report: NodeReport = { ...emptyReport, engine: 'external', replicas: [replica] };

const lines = (it: ReplicaReport) => formatStatus({ ...report, replicas: [it] }, 0, undefined).split('\n');

test('bug: what keeps a replica from being ready stands under the table', () => {
  expect(lines(replica).at(-1)).toBe('far-0 is not ready yet: status 404: The model does not exist');
  expect(lines({ ...replica, state: 'ready', not_ready_because: null }).join()).not.toContain('not ready yet');
});

test('advice ends with the page that says more', () => {
  const exit = { cause: 'card_lost', code: 1, signal: null, advice: 'Card 0 is lost.', at: '2026-01-01T00:00:00Z' };
  const down = (runbook: string | null) =>
    lines({ ...replica, state: 'backoff', last_exit: { ...exit, runbook } }).at(-1);
  expect(down('card-lost')).toBe('far-0: Card 0 is lost. (ssw-infer runbook card-lost)');
  expect(down(null)).toBe('far-0: Card 0 is lost.');
});

describe('changes', () => {
  const shown = (it: Partial<NodeReport>) =>
    formatStatus({ ...emptyReport, ...it }, Date.parse('2026-01-01T00:01:00Z'), undefined);
  const rollout = { id: 'r', status: 'running', cause: null, started_at: '2026-01-01T00:00:00Z', ended_at: null };
  const move = { replica: 'heavy-0', pool: 'heavy', kind: 'roll', from: 'old', to: 'new', cause: null } as const;

  test('that hold beside the file are told', () => {
    const swap = { pool: 'heavy', model: 'new', revision: 'abc', at: '2026-01-01T00:00:00Z' };
    expect(shown({ swaps: [swap] })).toContain('swapped: pool heavy runs new at abc\n');
    const drift = { since: '2026-01-01T00:00:00Z', cause: 'the file does not start' };
    expect(shown({ drift })).toContain('what runs is not what the file says: the file does not start\n');
  });
  test('under way are a table of moves', () => {
    const moves = [
      { ...move, stage: 'evaluating', since: '2026-01-01T00:00:40Z' },
      { ...move, replica: 'heavy-1', stage: 'pending', since: '2026-01-01T00:00:00Z' },
    ];
    expect(
      shown({ rollout: { ...rollout, moves } })
        .split('\n')
        .slice(-5),
    ).toEqual([
      'rollout running for 1m00s',
      '',
      'REPLICA  POOL   MOVE  FROM  TO   STAGE       FOR',
      'heavy-0  heavy  roll  old   new  evaluating  20s',
      'heavy-1  heavy  roll  old   new  pending     1m00s',
    ]);
  });
  test('that went back are told with their cause, those that went well are not', () => {
    const ended = { ...rollout, ended_at: '2026-01-01T00:00:30Z', moves: [] };
    const back = shown({ rollout: { ...ended, status: 'rolled_back', cause: 'heavy-0 did not start' } });
    expect(back).toContain('last rollout: rolled_back: heavy-0 did not start (ssw-infer runbook bad-swap)');
    expect(shown({ rollout: { ...ended, status: 'done' } })).not.toContain('ollout');
  });
});
