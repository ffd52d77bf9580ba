import { describe, expect, test } from 'bun:test';
import { finish, granted, world, type World } from '../fixtures/pool-world.ts';

const roomy = { kvTokens: 100_000, sequencesMax: 100 };

/** `a` and `b` as they always were, `c` with a part of its room. */
function watching(share: number): World {
  const it = world(1_000);
  for (const replica of ['a', 'b']) it.on({ on: 'open', replica, capacity: roomy });
  it.on({ on: 'open', replica: 'c', capacity: { ...roomy, share } });
  return it;
}

/** Runs requests, each of which ends before the next; how many ran where. */
function oneByOne({ on, acquire, commit }: World, count: number, affinity?: string) {
  const ran = new Map<string, number>();
  for (let at = 0; at < count; at += 1) {
    const id = `k${at}`;
    acquire(id, affinity === undefined ? {} : { affinity });
    for (const [, replica = ''] of granted(commit())) ran.set(replica, (ran.get(replica) ?? 0) + 1);
    on(finish(id));
  }
  return ran;
}

describe('a replica that is opened with a share', () => {
  test('is given that part of its room, and the rest when it is opened whole: what runs goes on', () => {
    const { on, pool, acquire, commit } = world();
    on({ on: 'open', replica: 'a', capacity: { kvTokens: 1_000, sequencesMax: 8, share: 0.25 } });
    for (const id of ['k1', 'k2', 'k3', 'k4', 'k5']) acquire(id);
    expect(granted(commit())).toHaveLength(2);
    on({ on: 'resize', replica: 'a', capacity: { kvTokens: 1_000, sequencesMax: 8 } });
    expect(granted(commit())).toHaveLength(3);
    expect(pool.replicas.get('a')).toMatchObject({ running: 5, usedTokens: 500 });
  });

  test('takes one request at a time of the smallest part', () => {
    const { on, acquire, commit } = world();
    on({ on: 'open', replica: 'a', capacity: { kvTokens: 100, sequencesMax: 8, share: 0.01 } });
    for (const id of ['k1', 'k2']) acquire(id);
    expect(granted(commit())).toHaveLength(1);
  });

  test('gets that part of what each other gets, though they have more room', () => {
    const ran = oneByOne(watching(0.25), 90);
    expect(ran.get('c')).toBeWithin(9, 13); // a ninth, and one to begin with
  });

  test('and though they have the prefix, which stays theirs', () => {
    const it = watching(0.5);
    const ran = oneByOne(it, 50, 'session');
    expect(ran.get('c')).toBeWithin(9, 13); // a fifth
    expect([...it.pool.affinity.replicas.values()]).not.toContain('n/c');
  });

  test('and no more of a burst', () => {
    const { acquire, commit } = watching(0.25);
    for (let at = 0; at < 90; at += 1) acquire(`k${at}`);
    const ran = granted(commit()).filter(([, replica]) => replica === 'c');
    expect(ran.length).toBeWithin(1, 26); // in one commit it is due one; the rest is by room
  });

  test('is one among others once it is opened whole', () => {
    const it = watching(0.25);
    it.on({ on: 'resize', replica: 'c', capacity: roomy });
    expect(it.pool.watched).toBeUndefined();
    expect(oneByOne(it, 9).size).toBeGreaterThan(0);
  });
});
