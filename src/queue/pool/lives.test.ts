import { describe, expect, test } from 'bun:test';
import {
  capacity,
  claimsIn,
  createTimedMachine,
  finish,
  granted,
  grants,
  idsInLine,
  LEASE_MS,
  neighbour,
  refusals,
  world,
} from '../fixtures/pool-world.ts';
import type { PoolEvent } from './event.ts';
import { hasLapsed } from './lives.ts';

const lost: PoolEvent = { on: 'lost', cause: 'test' };
const pulse = (nowMs: number): PoolEvent => ({ on: 'pulse', nowMs });

describe('a life', () => {
  test('beats every fifth of its lease, and not more often', () => {
    const { pool, on, commit } = world();
    const beats: number[] = [];
    for (let nowMs = 1_000; nowMs <= 10_000; nowMs += 1_000) {
      on(pulse(nowMs));
      if (pool.outbox.some((it) => it.type === 'beat')) beats.push(nowMs);
      commit(nowMs);
    }
    expect(beats).toEqual([2_000, 4_000, 6_000, 8_000, 10_000]);
  });

  test('beats before all that waits to be written, and once', () => {
    const { pool, on, acquire, commit, connect } = world(1_000);
    for (let at = 0; at < 300; at += 1) acquire(`k${at}`);
    on(pulse(2_000));
    on(pulse(4_000));
    expect(pool.outbox.slice(0, 2).map((it) => it.type)).toEqual(['beat', 'admit']);
    expect(pool.outbox).toHaveLength(301);
    commit(4_000);
    connect('second', 'shared', undefined, 4_000);
    const left = pool.restoreLeft;
    on(pulse(6_000));
    expect([pool.outbox[0]?.type, pool.restoreLeft]).toEqual(['beat', left + 1]);
  });

  test('clears all that the one before left, at once', () => {
    const { pool, machine, on, acquire, commit, connect } = world(1_000);
    for (let at = 0; at < 700; at += 1) acquire(`k${at}`);
    commit();
    on(lost);
    connect('second');
    commit();
    expect([machine.line.length, pool.depth, machine.gone.size]).toEqual([700, 700, 0]);
  });

  test('hears who else lives, and what they have to offer', () => {
    const machine = createTimedMachine();
    const [one, other] = [world(10, {}, machine), world(10, { node: 'm' }, machine)];
    other.on({ on: 'open', replica: 'a', capacity });
    other.on(pulse(2_000));
    other.commit(2_000);
    one.on(pulse(2_000));
    expect(one.commit(2_000)).toContainEqual({ do: 'alive', lives: ['m:first', 'n:first'] });
    expect(one.pool.remoteReplicas).toBe(1);
  });

  test('reads what it cannot understand of them as nothing', () => {
    const machine = createTimedMachine();
    const { pool, on, commit } = world(10, {}, machine);
    neighbour(machine, 'm:first');
    machine.rooms.set('m:first', 'of another version');
    on(pulse(2_000));
    commit(2_000);
    expect([pool.others.size, pool.remoteReplicas]).toEqual([1, 0]);
  });

  test('is over when no beat was answered for as long as its lease: another begins, with all it held', () => {
    const { pool, machine, on, acquire, commit, connect } = world();
    acquire('k1');
    commit();
    expect(hasLapsed(pool, LEASE_MS)).toBe(false);
    expect(hasLapsed(pool, LEASE_MS + 1)).toBe(true);
    acquire('on its way');
    expect(on({ on: 'lapsed' })).toEqual([{ do: 'join', home: 'shared' }]);
    connect('second', 'shared', machine, LEASE_MS + 1);
    commit(LEASE_MS + 1);
    expect(idsInLine(machine)).toEqual(['k1', 'on its way']);
  });

  test('is over when the store says so: another begins at once, and nobody is refused', () => {
    const { pool, machine, on, acquire, commit, connect, answer } = world();
    acquire('k1');
    machine.nodes.clear();
    expect(on({ on: 'committed', reply: answer(), nowMs: 0 })).toEqual([{ do: 'join', home: 'shared' }]);
    expect(pool.waiting.has('k1')).toBe(true);
    connect('second');
    commit();
    expect(idsInLine(machine)).toEqual(['k1']);
  });

  test('that is over has its answers ignored', () => {
    const { on, acquire, commit, connect, answer } = world();
    on({ on: 'open', replica: 'a', capacity });
    acquire('k1');
    const late = answer();
    on({ on: 'lapsed' });
    connect('second');
    expect(on({ on: 'committed', reply: late, nowMs: 0 })).toEqual([]);
    expect(granted(commit())).toEqual([['k1', 'a']]);
  });

  test('ends without a trace', () => {
    const { machine, on, acquire, commit } = world();
    on({ on: 'open', replica: 'a', capacity: { kvTokens: 100, sequencesMax: 1 } });
    acquire('runs');
    acquire('waits');
    commit();
    on({ on: 'drain' });
    on({ on: 'depart' });
    commit();
    expect([idsInLine(machine), claimsIn(machine), [...machine.nodes.values()]]).toEqual([[], [], [1]]);
  });
});

describe('without the shared store, where memory may stand in', () => {
  const degrading = { mayDegrade: true };

  test('a node with replicas goes on with a life in memory, and its grants say so', () => {
    const { on, acquire, commit, connect } = world(10, degrading);
    on({ on: 'open', replica: 'a', capacity: { kvTokens: 100, sequencesMax: 1 } });
    acquire('runs');
    commit();
    acquire('waits');
    commit();
    acquire('on its way');
    expect(on(lost)).toEqual([{ do: 'join', home: 'memory' }]);
    expect(refusals(acquire('new'))).toEqual([]);
    const memory = createTimedMachine();
    connect('in memory', 'memory', memory);
    commit();
    expect(idsInLine(memory)).toEqual(['waits', 'on its way', 'new']);
    on(finish('runs'));
    expect(grants(commit())).toMatchObject([{ ticket: { id: 'waits' }, degraded: true }]);
  });

  test('a node without replicas refuses, until one opens', () => {
    const { on, acquire } = world(10, degrading);
    expect(on(lost)).toEqual([]);
    expect(refusals(acquire('k1'))).toEqual([['k1', { reason: 'queue_unavailable' }]]);
    expect(on({ on: 'open', replica: 'a', capacity })).toEqual([{ do: 'join', home: 'memory' }]);
    expect(refusals(acquire('k2'))).toEqual([]);
  });

  test('what memory had is written to the shared store, and memory is forgotten', () => {
    const { pool, machine, on, acquire, commit, connect } = world(10, degrading);
    on({ on: 'open', replica: 'a', capacity: { kvTokens: 100, sequencesMax: 1 } });
    on(lost);
    connect('in memory', 'memory', createTimedMachine());
    commit();
    for (const id of ['runs', 'waits']) acquire(id);
    commit();
    acquire('unconfirmed');
    connect('second');
    commit();
    expect([idsInLine(machine), claimsIn(machine).length]).toEqual([['waits', 'unconfirmed'], 1]);
    expect([pool.home, pool.link]).toEqual(['shared', 'up']);
  });

  test('a life in memory that comes too late is not begun', () => {
    const { pool, on, connect } = world(10, degrading);
    on({ on: 'open', replica: 'a', capacity });
    on(lost);
    connect('second');
    expect(connect('in memory', 'memory', createTimedMachine())).toEqual([]);
    expect([pool.home, pool.life]).toEqual(['shared', 'n:second']);
  });
});
