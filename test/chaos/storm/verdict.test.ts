import { describe, expect, test } from 'bun:test';
import type { Account, Ending } from './request.ts';
import { timelineOf, type Move, type Timeline } from './timeline.ts';
import type { Hit } from './trace.ts';
import { falseRestarts, judge } from './verdict.ts';

const WHOLE = '[simulated] one two three four';
const answers = new Map([['tell', WHOLE]]);
const wish = { id: 'storm-1', pool: 'heavy', prompt: 'tell', tokens: 3, isStream: true } as const;

/** All four are ready from the first second on; heavy-0 goes at second 10 and is back at 12. */
const moves: readonly Move[] = [
  ...['heavy-0', 'heavy-1', 'light-0', 'light-1'].map((replica) => move(1, replica, 'warming', 'ready', 'warm')),
  move(10, 'heavy-0', 'ready', 'cleaning', 'exited'),
  move(12, 'heavy-0', 'warming', 'ready', 'warm'),
];
const killed: Hit = { kind: 'kill_leader', replica: 'heavy-0', atMs: 9990 };

function move(second: number, replica: string, from: string, to: string, because: string): Move {
  return { atMs: second * 1000, replica, from, to, because };
}

const storm = (hits: readonly Hit[], outages: { node?: number; redis?: number } = {}): Timeline => {
  const span = (second: number | undefined) =>
    second === undefined ? [] : [{ fromMs: second * 1000, toMs: second * 1000 + 100 }];
  return timelineOf(moves, hits, { node: span(outages.node), redis: span(outages.redis) });
};

/** An account of a request that was sent at `second` and lasted a second. */
const at = (second: number, ending: Ending, replica: string | undefined = 'heavy-0'): Account => ({
  wish,
  url: 'http://node',
  fromMs: second * 1000,
  toMs: second * 1000 + 1000,
  ending,
  replica,
});
const verdict = (account: Account, timeline: Timeline) => judge(account, answers, timeline);
const DIED: Ending = { is: 'refused', status: 500, code: 'engine_failed', reason: null };
const NO_ROOM: Ending = { is: 'refused', status: 503, code: 'queue_timeout', reason: 'queue_timeout' };
const NO_QUEUE: Ending = { is: 'refused', status: 503, code: 'queue_unavailable', reason: 'queue_unavailable' };
const CUT: Ending = { is: 'cut', because: 'ECONNRESET' };

describe('what was said', () => {
  const completed = (content: string) => verdict(at(5, { is: 'completed', content }), storm([]));

  test('is the beginning of the one answer to the prompt, as long as was asked', () => {
    expect(completed('[simulated] one two')).toEqual([]);
  });

  test.each([
    ['bytes of two executions', '[simulated] one [simulated]'],
    ['a piece too much', '[simulated] one two three'],
    ['a piece missing', '[simulated] two three'],
  ])('%s is a fault', (_, content) => {
    expect(completed(content)[0]).toContain('not the answer to its prompt');
  });

  test('what came before an error is judged as well', () => {
    const broken = (content: string) =>
      verdict(at(9.5, { is: 'broken_off', code: 'engine_failed', content }), storm([killed]));
    expect(broken('[simulated] one')).toEqual([]);
    expect(broken('[simulated] two')[0]).toContain('not the answer to its prompt');
  });
});

describe('engine_failed', () => {
  test('is for requests of a replica that was hit, until it is ready again', () => {
    expect(verdict(at(9.5, DIED), storm([killed]))).toEqual([]);
    expect(verdict(at(11, DIED), storm([killed]))).toEqual([]);
  });

  test('is a fault where nothing was done to the replica, before it was, after it is back, and without a replica', () => {
    expect(verdict(at(9.5, DIED), storm([]))).toHaveLength(1);
    expect(verdict(at(8, DIED), storm([killed]))).toHaveLength(1);
    expect(verdict(at(13, DIED), storm([killed]))).toHaveLength(1);
    expect(verdict(at(9.5, DIED, 'heavy-1'), storm([killed]))).toHaveLength(1);
    expect(verdict({ ...at(9.5, DIED), replica: undefined }, storm([killed]))).toHaveLength(1);
  });

  test('is a fault after what must cost no request: a restart that was asked for, a late /health', () => {
    for (const kind of ['restart', 'slow_health', 'reload_slow_start'] as const) {
      expect(verdict(at(9.5, DIED), storm([{ ...killed, kind }]))).toHaveLength(1);
    }
  });
});

describe('a refusal', () => {
  test('for want of a replica is a fault while one of its pool was ready all the while', () => {
    expect(verdict(at(10.5, NO_ROOM), storm([killed]))).toHaveLength(1); // heavy-1 was
    const both = storm([killed, { ...killed, replica: 'heavy-1' }]);
    expect(verdict(at(10.5, NO_ROOM), both)).toEqual([]);
  });

  test('for want of Redis is for when Redis was away', () => {
    expect(verdict(at(5, NO_QUEUE), storm([], { redis: 5 }))).toEqual([]);
    expect(verdict(at(7, NO_QUEUE), storm([], { redis: 5 }))).toHaveLength(1);
  });

  test('with any other code is a fault', () => {
    const broken: Ending = { is: 'refused', status: 500, code: 'internal_error', reason: null };
    expect(verdict(at(5, broken), storm([killed]))).toHaveLength(1);
  });
});

test('quarantine is for who was there at three deaths of its pool', () => {
  const condemned: Account = { ...at(9.5, { ...DIED, reason: 'quarantined' }), replica: undefined, toMs: 14_000 };
  const dying = (replica: string, second: number) => move(second, replica, 'ready', 'cleaning', 'exited');
  const after = (...deaths: Move[]) => timelineOf([...moves, ...deaths], [killed], { node: [], redis: [] });
  expect(verdict(condemned, after(dying('heavy-1', 11), dying('heavy-0', 13)))).toEqual([]);
  expect(verdict(condemned, after(dying('heavy-1', 11), dying('light-0', 13)))).toHaveLength(1);
});

test('a connection may break only with the node', () => {
  expect(verdict(at(5, CUT), storm([], { node: 5 }))).toEqual([]);
  expect(verdict(at(5, CUT), storm([], { redis: 5 }))).toHaveLength(1);
});

test('a client that left asks for nothing more; a wrong ending is always a fault', () => {
  expect(verdict(at(5, { is: 'left' }), storm([]))).toEqual([]);
  expect(verdict(at(9.5, { is: 'wrong', because: 'two endings' }), storm([killed]))).toHaveLength(1);
});

test('a frozen replica that an operator drained and opened again is no healthier for it', () => {
  const reopened = [
    ...moves.slice(0, 4),
    move(10, 'heavy-0', 'ready', 'draining', 'drain'),
    move(11, 'heavy-0', 'draining', 'ready', 'resume'),
    move(14, 'heavy-0', 'ready', 'cleaning', 'verdict'),
  ];
  const frozen: Hit = { ...killed, kind: 'freeze_core' };
  expect(falseRestarts(timelineOf(reopened, [frozen], { node: [], redis: [] }))).toEqual([]);
});

test('a replica that leaves `ready` unasked and unharmed is a false restart', () => {
  expect(falseRestarts(storm([killed]))).toEqual([]);
  expect(falseRestarts(storm([]))).toEqual([expect.stringContaining('heavy-0 went from ready to cleaning (exited)')]);
});
