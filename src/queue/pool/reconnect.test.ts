import { expect, test } from 'bun:test';
import { capacity, granted, idsInLine, LEASE_MS, neighbour, refusals, world } from '../fixtures/pool-world.ts';
import { admission } from '../machine/fixtures/pool.ts';
import { applyCommit } from '../machine/index.ts';
import type { PoolEvent } from './event.ts';
import { hasLapsed, storeTimeUs } from './lives.ts';
import { commitDue } from './turn.ts';

const lost: PoolEvent = { on: 'lost', cause: 'test' };
const pulse = (nowMs: number): PoolEvent => ({ on: 'pulse', nowMs });

test('bug: nobody is refused because a reconnect leaves the line there twice for a moment', () => {
  const { pool, machine, on, acquire, commit, connect } = world(1_000);
  for (let at = 0; at < 600; at += 1) acquire(`k${at}`);
  commit();
  on(lost);
  connect('second');
  for (let at = 0; at < 400; at += 1) acquire(`new${at}`);
  expect(refusals(commit())).toEqual([]);
  expect(refusals(acquire('too many')).length + refusals(commit()).length).toBe(1);
  expect([pool.depth, machine.gone.size]).toEqual([1_000, 0]);
});

test('bug: who comes while the node writes back is taken, where nobody waits in memory', () => {
  const { machine, on, acquire, commit, connect } = world();
  acquire('k1');
  commit();
  on({ on: 'lapsed' });
  expect(refusals(acquire('while it joins'))).toEqual([]);
  connect('second');
  expect(refusals(acquire('while it restores'))).toEqual([]);
  commit();
  expect(idsInLine(machine)).toEqual(['k1', 'while it joins', 'while it restores']);
});

test('bug: an idle replica comes to its ticket behind thousands of a dead node at once', () => {
  const { pool, machine, on, acquire, commit } = world(10_000);
  neighbour(machine, 'm:first');
  const transitions = Array.from({ length: 2_000 }, (_, at) => admission(`left${at}`));
  const { policy } = pool.setting;
  applyCommit(machine, { life: 'm:first', claimBase: 'm', policy, offers: [], transitions });
  acquire('mine', { maxWaitMs: 600_000 });
  commit();
  for (let nowMs = 2_000; nowMs <= LEASE_MS; nowMs += 2_000) {
    on(pulse(nowMs));
    commit(nowMs);
  }
  on({ on: 'open', replica: 'a', capacity });
  on(pulse(LEASE_MS + 2_000));
  expect(granted(commit(LEASE_MS + 2_000))).toEqual([['mine', 'a']]);
});

test('bug: a restore that takes longer than the lease comes to its end', () => {
  const { pool, on, acquire, commit, connect, answer } = world(1_000_000);
  for (let at = 0; at < 5_120; at += 1) acquire(`k${at}`);
  commit();
  on(lost);
  connect('second');
  let nowMs = 0;
  while (commitDue(pool) && pool.link === 'restoring') {
    const reply = answer(nowMs);
    nowMs += 1_000;
    expect(hasLapsed(pool, nowMs)).toBe(false);
    on({ on: 'committed', reply, nowMs });
    on(pulse(nowMs));
  }
  expect(nowMs).toBeGreaterThan(2 * LEASE_MS);
  expect(pool.link).toBe('up');
});

test('bug: a node that leaves lets its lease go, though there is more to clear', () => {
  const { pool, machine, on, commit } = world(10_000);
  neighbour(machine, 'm:first');
  const transitions = Array.from({ length: 250 }, (_, at) => admission(`left${at}`));
  const { policy } = pool.setting;
  applyCommit(machine, { life: 'm:first', claimBase: 'm', policy, offers: [], transitions });
  machine.nodes.delete('m:first');
  machine.gone.add('m:first');
  on({ on: 'drain' });
  on({ on: 'depart' });
  commit();
  expect([...machine.nodes.values()]).toEqual([1]);
});

test("bug: while the store is away time goes on from what it said last, not from this host's clock", () => {
  const { pool, machine, on, commit } = world();
  machine.nowUs = 1_000_000_000;
  on(pulse(2_000));
  commit(2_000);
  const anHourAheadUs = 4_600_000_000;
  expect(storeTimeUs(pool, 5_000.5, anHourAheadUs)).toBe(1_003_000_500);
});
