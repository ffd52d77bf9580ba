import { expect, test } from 'bun:test';
import type { PoolState } from '../queue/index.ts';
import { reportQueue } from './report-queue.ts';

type Placed = PoolState['line'][number];

const NOW_US = 10_000_000;
const life = 'host-a:1';
const placed = (id: string, differing: Partial<Placed> = {}): Placed => ({
  id,
  tenant: 'acme',
  priority: 'default',
  costTokens: 100,
  charge: 200,
  prefer: '',
  order: NOW_US - 4_000_000,
  origin: life,
  ...differing,
});
const nobody = { interactive: new Map(), default: new Map(), bulk: new Map() };
const state: PoolState = {
  nowUs: NOW_US,
  line: [
    placed('quiet', { tenant: 'quiet', order: NOW_US - 2_000_000 }),
    placed('second', { order: NOW_US - 3_000_000 }),
    placed('first', { costTokens: 50 }),
  ],
  apart: [placed('deadly', { order: NOW_US - 1_000_000 })],
  claims: [{ life: 'host-b:7', claim: 'c:1', replica: 'host-b/heavy-0', kind: 'line', entry: placed('running') }],
  lives: [{ life, rooms: '', leaseEndMs: NOW_US / 1000 + 5_000 }],
  gone: [],
  index: new Map(),
  flows: { ...nobody, default: new Map([['acme', 900]]) },
  idle: nobody,
  counters: {
    flowClocks: { interactive: 0, default: 0, bulk: 0 },
    tierTimes: { interactive: 0, default: 0, bulk: 0 },
    inTurn: { interactive: '', default: '', bulk: '' },
    tierClock: 0,
    served: 0,
    order: 0,
  },
  strays: [],
};

test('waiting requests are told in order of arrival, with their place among those of their tenant and priority', () => {
  const { tickets } = reportQueue('heavy', state, 10);
  expect(tickets.map((it) => [it.id, it.position, it.wait_ms])).toEqual([
    ['deadly', 0, 1_000],
    ['first', 1, 4_000],
    ['second', 2, 3_000],
    ['quiet', 1, 2_000],
  ]);
});

test('lines count what each tenant has waiting, the longest first, whatever is told one by one', () => {
  const report = reportQueue('heavy', state, 1);
  expect(report.tickets).toHaveLength(1);
  expect(report.lines).toEqual([
    { tenant: 'acme', priority: 'default', waiting: 2, oldest_wait_ms: 4_000, cost_tokens: 150, virtual_tokens: 900 },
    { tenant: 'quiet', priority: 'default', waiting: 1, oldest_wait_ms: 2_000, cost_tokens: 100, virtual_tokens: 0 },
  ]);
});

test('what runs is told with its replica, that one’s node, and the node that holds the client', () => {
  expect(reportQueue('heavy', state, 0)).toMatchObject({
    waiting: 3,
    suspects: 1,
    running: 1,
    claims: [{ id: 'running', replica: 'heavy-0', node: 'host-b', origin: 'host-a', kind: 'line' }],
    nodes: [{ node: 'host-a', lease_ms: 5_000 }],
  });
});
