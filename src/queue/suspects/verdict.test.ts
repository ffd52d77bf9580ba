import { describe, expect, test } from 'bun:test';
import type { PoolEvent } from '../pool/event.ts';
import { capacity, finish, giveBack, granted, refusals, world, type World } from '../fixtures/pool-world.ts';
import { PAUSE_MS } from '../pool/pause.ts';
import type { Ending } from '../queue.ts';
import { BREAKS_MAX } from './verdict.ts';

const open = (replica: string): PoolEvent => ({ on: 'open', replica, capacity });
const breaks = (id: string, nowMs = 0): PoolEvent => giveBack(id, nowMs, 'connection_broke');
const pulse = (nowMs: number): PoolEvent => ({ on: 'pulse', nowMs });

/** The engine of a replica ends. */
function ends({ on }: World, replica: string, ending: Ending, nowMs = 0) {
  return [...on({ on: 'close', replica }), ...on({ on: 'end', replica, ending, nowMs })];
}

/** `k1` was in two deaths and runs alone on `a`. */
function alone(): World {
  const it = world();
  it.acquire('k1');
  for (let deaths = 0; deaths < 2; deaths += 1) {
    it.on(open('a'));
    expect(granted(it.commit())).toEqual([['k1', 'a']]);
    it.on(breaks('k1'));
    ends(it, 'a', 'unasked');
  }
  it.on(open('a'));
  expect(granted(it.commit())).toEqual([['k1', 'a']]);
  return it;
}
const quarantine = (it: World): string[] => [...it.pool.memory.quarantine.keys()];

describe('a connection that breaks', () => {
  test('is a death once the end of its engine is told, and the request runs again meanwhile', () => {
    const it = world();
    it.on(open('a'));
    it.acquire('k1');
    it.commit();
    it.on(breaks('k1'));
    it.on(open('b'));
    expect(granted(it.commit())).toEqual([['k1', 'b']]);
    expect(it.pool.memory.deaths.size).toBe(0);
    ends(it, 'a', 'unasked', PAUSE_MS - 1);
    expect(it.pool.memory.deaths.get('of k1')).toMatchObject({ count: 1 });
    expect(it.pool.running.get('k1')).toMatchObject({ deaths: 1, replica: 'b' });
  });

  test.each([
    ['is told by nobody', (it: World) => void it.on(pulse(PAUSE_MS))],
    ['is told too late', (it: World) => void ends(it, 'a', 'unasked', PAUSE_MS)],
    ['is our doing', (it: World) => void ends(it, 'a', 'asked')],
    ['is that of another replica', (it: World) => void (ends(it, 'b', 'unasked'), it.on(pulse(PAUSE_MS)))],
  ])('is none where that end %s', (_, comesNext) => {
    const it = world();
    it.on(open('a'));
    it.acquire('k1');
    it.commit();
    it.on(breaks('k1'));
    comesNext(it);
    expect([it.pool.memory.deaths.size, it.pool.memory.breaks.size]).toEqual([0, 0]);
    expect(it.pool.waiting.get('k1')).toMatchObject({ deaths: 0, attempt: 2 });
  });

  test('after the end was told is a death at once, also on a replica that is back already', () => {
    const it = world();
    it.on(open('a'));
    it.acquire('k1');
    it.commit();
    ends(it, 'a', 'unasked');
    it.on(open('a'));
    it.on(breaks('k1', 60_000));
    expect(it.pool.memory.deaths.get('of k1')).toMatchObject({ count: 1 });
    expect(granted(it.commit())).toEqual([['k1', 'a']]); // the new engine is not to blame
  });

  test('is no death where only the API failed of an engine that ended', () => {
    const it = world();
    it.on(open('a'));
    it.acquire('k1');
    it.commit();
    ends(it, 'a', 'unasked');
    it.on(giveBack('k1', 0, 'engine_aborted'));
    expect(it.pool.memory.deaths.size).toBe(0);
  });

  test('makes a suspect the second time, but of nobody when no engine has died', () => {
    const it = world();
    it.on(open('a'));
    it.on(open('b'));
    it.acquire('k1');
    expect(granted(it.commit())).toEqual([['k1', 'a']]);
    it.on(breaks('k1', 0));
    expect(granted(it.commit())).toEqual([['k1', 'b']]);
    it.on(breaks('k1', 10));
    expect([...it.pool.suspects.keys()]).toEqual(['k1']);
    it.on(pulse(PAUSE_MS));
    expect([...it.pool.suspects.keys()]).toEqual([]);
    it.acquire('n1');
    for (const replica of ['a', 'b']) it.on({ on: 'resume', replica });
    expect(granted(it.commit())).toEqual([
      ['k1', 'a'],
      ['n1', 'b'],
    ]);
  });

  test('is remembered of so many requests and no more', () => {
    const it = world(BREAKS_MAX + 1);
    it.on({ on: 'open', replica: 'a', capacity: { kvTokens: 1e9, sequencesMax: BREAKS_MAX + 1 } });
    for (let at = 0; at <= BREAKS_MAX; at += 1) it.acquire(`k${at}`);
    it.commit();
    for (const id of it.pool.running.keys()) it.on(finish(id, 'connection_broke'));
    expect(it.pool.memory.breaks.size).toBe(BREAKS_MAX);
    expect([...it.pool.memory.breaks][0]).toMatchObject({ id: 'k1' });
  });
});

describe('a connection that breaks while its request runs alone', () => {
  test('is waited out: nobody is seated, and it is not run again before the verdict', () => {
    const it = alone();
    it.on(open('b'));
    it.on(breaks('k1'));
    it.acquire('n1');
    expect(granted(it.commit())).toEqual([['n1', 'b']]);
    it.on(finish('n1'));
    expect(granted(it.commit())).toEqual([]);
    expect(quarantine(it)).toEqual([]);
  });

  test('convicts it with the end of its engine', () => {
    const it = alone();
    it.on(breaks('k1'));
    const effects = ends(it, 'a', 'unasked', 500);
    expect(effects).toContainEqual(expect.objectContaining({ do: 'quarantine', id: 'k1', replica: 'a' }));
    expect(refusals(effects)).toMatchObject([['k1', { reason: 'quarantined', fingerprint: 'of k1' }]]);
    expect([it.pool.waiting.size, it.pool.aside?.claim]).toEqual([0, undefined]);
  });

  test('convicts it after its first byte too, or when its client has left', () => {
    for (const end of [finish('k1', 'connection_broke'), breaks('k1')]) {
      const it = alone();
      it.on(end);
      it.on({ on: 'leave', id: 'k1' });
      ends(it, 'a', 'unasked', 500);
      expect(quarantine(it)).toEqual(['of k1']);
    }
  });

  test('without such an end is a failure like any: it is run again, and again', () => {
    const it = alone();
    for (let nowMs = 0; nowMs < 60_000; nowMs += 20_000) {
      it.on(breaks('k1', nowMs));
      it.on(pulse(nowMs + PAUSE_MS));
      it.on({ on: 'resume', replica: 'a' });
      expect(granted(it.commit())).toEqual([['k1', 'a']]);
    }
    expect(quarantine(it)).toEqual([]);
  });

  test('is waited out also where one like it completes meanwhile', () => {
    const it = world();
    const like = { fingerprint: () => 'stream' };
    it.acquire('s0', like);
    it.on({ on: 'open', replica: 'b', capacity: { kvTokens: 100, sequencesMax: 1 } });
    expect(granted(it.commit())).toEqual([['s0', 'b']]);
    for (const id of ['s1', 's2']) {
      it.on(open('a'));
      it.acquire(id, like);
      expect(granted(it.commit())).toEqual([[id, 'a']]);
      it.on(finish(id, 'engine_died'));
    }
    it.on(open('a'));
    it.acquire('s3', like);
    expect(granted(it.commit())).toEqual([['s3', 'a']]);
    it.on(breaks('s3'));
    it.on(finish('s0'));
    expect(granted(it.commit())).toEqual([]);
    ends(it, 'a', 'unasked');
    expect([quarantine(it), it.pool.waiting.size]).toEqual([['stream'], 0]);
  });

  test('needs no further word where the engine itself says that it is dead', () => {
    const it = alone();
    it.on(giveBack('k1', 0, 'engine_died'));
    expect(quarantine(it)).toEqual(['of k1']);
  });
});

describe('the only replica at work', () => {
  /** `k1` is a suspect; `b` alone is open, and `a` was lost at 0. */
  function lastOne(maxWaitMs: number): World {
    const it = world();
    it.acquire('k1', { maxWaitMs });
    for (const replica of ['a', 'b']) {
      it.on(open(replica));
      it.commit();
      it.on(breaks('k1'));
      ends(it, replica, 'unasked');
    }
    it.on(open('b'));
    return it;
  }

  test('is not risked for a suspect while another is about to be back', () => {
    const it = lastOne(60_000);
    it.acquire('n1');
    expect(granted(it.commit())).toEqual([['n1', 'b']]);
    it.on(open('a'));
    expect(granted(it.commit())).toEqual([['k1', 'a']]);
  });

  test('takes it where that takes too long', () => {
    const it = lastOne(60_000);
    it.on(pulse(29_999));
    expect(granted(it.commit(29_999))).toEqual([]);
    it.on(pulse(30_000));
    expect(granted(it.commit(30_000))).toEqual([['k1', 'b']]);
  });

  test('takes it where it cannot wait so long', () => {
    expect(granted(lastOne(30_000).commit())).toEqual([['k1', 'b']]);
  });

  test('is left alone while the other one pauses', () => {
    const it = lastOne(60_000);
    it.acquire('n1');
    expect(granted(it.commit())).toEqual([['n1', 'b']]);
    it.on(open('a'));
    it.acquire('n2');
    const reply = it.answer();
    expect(granted(it.on({ on: 'committed', reply, nowMs: 0 }))).toEqual([['n2', 'a']]);
    it.on(finish('n2', 'engine_unreached'));
    it.on(finish('n1'));
    expect(granted(it.commit())).toEqual([]);
    it.on({ on: 'resume', replica: 'a' });
    expect(granted(it.commit())).toHaveLength(1);
  });
});
