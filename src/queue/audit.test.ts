import { expect, test } from 'bun:test';
import { auditPool, auditStore } from './audit.ts';
import type { PlacedEntry } from './store.ts';
import type { PoolState } from './pool-state.ts';

const ORIGIN = 'node-a:1';
const WORKER = 'node-b:1';
const NOBODY = 'node-z:9';

function entry(id: string, order: number, differing: Partial<PlacedEntry> = {}): PlacedEntry {
  const usual = { tenant: 'acme', priority: 'default', costTokens: 100, charge: 100, prefer: '' } as const;
  return { ...usual, id, order, origin: ORIGIN, ...differing };
}

const first = entry('t1', 10);
const second = entry('t2', 20, { tenant: 'globex', priority: 'bulk' });
const suspect = entry('t3', 5);
const running = entry('t4', 1);

const none = { interactive: new Map(), default: new Map(), bulk: new Map() };
const nobody = { interactive: '', default: '', bulk: '' };
const zero = { interactive: 0, default: 0, bulk: 0 };

/** A pool in the middle of its work. */
const healthy: PoolState = {
  nowUs: 1_000,
  line: [first, second],
  apart: [suspect],
  claims: [{ claim: 'c:1', life: WORKER, replica: 'node-b/heavy-0', kind: 'line', entry: running }],
  lives: [
    { life: ORIGIN, rooms: '', leaseEndMs: 9 },
    { life: WORKER, rooms: '', leaseEndMs: 9 },
  ],
  gone: ['node-a:0'],
  index: new Map([
    [
      ORIGIN,
      new Map([
        ['t1', first],
        ['t2', second],
        ['t3', suspect],
      ]),
    ],
  ]),
  flows: { ...none, default: new Map([['acme', 40]]), bulk: new Map([['globex', 0]]) },
  idle: { ...none, default: new Map([['initech', 90]]) },
  counters: {
    flowClocks: { ...zero, default: 40 },
    tierTimes: zero,
    inTurn: nobody,
    tierClock: 0,
    served: 1,
    order: 20,
  },
  strays: [],
};

const broken = (differing: Partial<PoolState>) => auditPool({ ...healthy, ...differing });
const withLine = (...more: PlacedEntry[]): Partial<PoolState> => ({ line: [...healthy.line, ...more] });

test('nothing is wrong in a healthy pool, nor in one that never was', () => {
  expect(auditPool(healthy)).toEqual([]);
  const empty = { line: [], apart: [], claims: [], lives: [], gone: [], index: new Map(), flows: none, idle: none };
  const counters = { flowClocks: zero, tierTimes: zero, inTurn: nobody, tierClock: 0, served: 0, order: 0 };
  expect(auditPool({ ...empty, counters, nowUs: 0, strays: [] })).toEqual([]);
});

const index = (ids: readonly PlacedEntry[], origin = ORIGIN): PoolState['index'] => {
  return new Map([[origin, new Map(ids.map((it) => [it.id, it]))]]);
};
const cases: [what: string, differing: Partial<PoolState>, rule: string, said: string][] = [
  [
    'a ticket that waits and runs',
    { claims: [...healthy.claims, { claim: 'c:2', life: WORKER, replica: 'r', kind: 'line', entry: first }] },
    'one_place',
    'ticket t1 is in the line and in claim c:2 of node-b:1',
  ],
  ['a ticket without index', { index: index([first, second]) }, 'waiting_indexed', 'lacks it'],
  [
    'an index of another place',
    { index: index([{ ...first, order: 11 }, second, suspect]) },
    'waiting_indexed',
    'says it is another',
  ],
  [
    'an index of nothing',
    { index: index([first, second, suspect, entry('t9', 7)]) },
    'indexed_waits',
    'ticket t9 is in the index of node-a:1, but does not wait',
  ],
  ['a ticket of nobody', withLine(entry('t9', 7, { origin: NOBODY })), 'origin_known', 't9 of acme waits for node-z:9'],
  [
    'an index of nobody',
    { index: new Map([...healthy.index, ...index([], NOBODY)]) },
    'origin_known',
    'node-z:9 is left',
  ],
  [
    'a claim of nobody',
    { claims: [{ claim: 'c:1', life: NOBODY, replica: 'r', kind: 'line', entry: running }] },
    'worker_known',
    'claim c:1 is held by node-z:9',
  ],
  ['a life after its end', { gone: [WORKER] }, 'one_life', 'node-b:1 holds a lease and is over'],
  ['a tenant without a turn', { flows: none }, 'flows', 'globex waits in bulk without a flow'],
  [
    'a turn of nobody',
    { line: [], index: index([suspect]), flows: { ...none, interactive: new Map([['initech', 0]]) } },
    'flows',
    'initech has a flow in interactive, but nobody is in line',
  ],
  [
    'an idle tenant in line',
    { idle: { ...none, default: new Map([['acme', 90]]) } },
    'idle',
    'acme is idle in default and has a flow there',
  ],
  [
    'an idle tenant without debt',
    { idle: { ...none, default: new Map([['initech', 40]]) } },
    'idle',
    'not ahead of the clock at 40',
  ],
  ['two tickets of one order', withLine(entry('t9', 10)), 'orders', 'tickets t1 and t9 have the same order 10'],
  ['an order out of nowhere', withLine(entry('t9', 21)), 'orders', 'which was not given yet'],
  [
    'a counter that is none',
    { counters: { ...healthy.counters, served: Number.NaN } },
    'counters',
    'the number of tickets served is NaN',
  ],
  [
    'a counter below zero',
    { idle: { ...none, bulk: new Map([['initech', -1]]) } },
    'counters',
    'the counter of initech, idle in bulk, is -1',
  ],
  ['a stray key', { strays: [{ key: 'ssw:{heavy}:x', what: 'belongs to nobody' }] }, 'keys', 'ssw:{heavy}:x belongs'],
];

test.each(cases)('%s is found', (_what, differing, rule, said) => {
  const found = broken(differing).filter((it) => it.rule === rule);
  expect(found.map((it) => it.what).join('; ')).toContain(said);
});

test('every rule is broken by one of the cases', () => {
  const rules = new Set(cases.map(([, , rule]) => rule));
  expect(rules.size).toBe(11);
});

test('what is wrong for a moment only is no finding', async () => {
  const stray = { key: 'ssw:{heavy}:x', what: 'belongs to nobody' };
  const looks = [
    { ...healthy, ...withLine(entry('t9', 10)), strays: [stray] },
    { ...healthy, strays: [stray] },
  ];
  const inspect = () => Promise.resolve(looks.shift() ?? healthy);
  expect(await auditStore({ inspect }, 'heavy')).toEqual([{ rule: 'keys', what: 'ssw:{heavy}:x belongs to nobody' }]);
});
