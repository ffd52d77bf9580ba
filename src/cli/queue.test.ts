import { expect, test } from 'bun:test';
import type { QueueReport } from '../control/index.ts';
import { formatQueue } from './queue.ts';

const empty: QueueReport = {
  pool: 'heavy',
  waiting: 0,
  suspects: 0,
  running: 0,
  lines: [],
  tickets: [],
  claims: [],
  nodes: [{ node: 'host-a', lease_ms: 9_000 }],
};

test('an empty queue is one line', () => {
  expect(formatQueue(empty, undefined)).toBe('heavy: 0 waiting · 0 running · nodes: host-a');
});

test('lines, requests and what runs are a table each; who waits to run alone has no place in a line', () => {
  const report: QueueReport = {
    ...empty,
    waiting: 1,
    suspects: 1,
    running: 1,
    lines: [
      { tenant: 'acme', priority: 'bulk', waiting: 1, oldest_wait_ms: 61_000, cost_tokens: 7, virtual_tokens: 3 },
    ],
    tickets: [
      { id: 't1', tenant: 'acme', priority: 'bulk', position: 1, wait_ms: 61_000, cost_tokens: 7, origin: 'host-a' },
      { id: 't2', tenant: 'acme', priority: 'bulk', position: 0, wait_ms: 1_000, cost_tokens: 7, origin: 'host-a' },
    ],
    claims: [
      {
        claim: 'c:1',
        id: 't0',
        tenant: 'acme',
        priority: 'bulk',
        replica: 'heavy-0',
        node: 'host-b',
        kind: 'line',
        cost_tokens: 9,
        origin: 'host-a',
      },
    ],
  };
  expect(formatQueue(report, undefined).split('\n')).toEqual([
    'heavy: 1 waiting · 1 wait to run alone · 1 running · nodes: host-a',
    '',
    'TENANT  PRIORITY  WAITING  OLDEST  KV TOKENS  VIRTUAL',
    'acme    bulk      1        1m01s   7          3',
    '',
    'REQUEST  TENANT  PRIORITY  PLACE  WAITS  KV TOKENS  FROM',
    't1       acme    bulk      1      1m01s  7          host-a',
    't2       acme    bulk      alone  1s     7          host-a',
    '',
    'RUNNING  TENANT  PRIORITY  REPLICA  NODE    KV TOKENS  FROM',
    't0       acme    bulk      heavy-0  host-b  9          host-a',
  ]);
});
