import { describe, expect, test } from 'bun:test';
import type { PoolEvent } from '../pool/event.ts';
import {
  capacity,
  claimsIn,
  finish,
  giveBack,
  granted,
  idsApart,
  idsInLine,
  QUARANTINE_MS,
  refusals,
  world,
  ZERO_UNIX_MS,
  type World,
} from '../fixtures/pool-world.ts';
import { TRANSITIONS_PER_COMMIT_MAX } from '../bounds.ts';
import { SUSPECTS_MAX } from './suspects.ts';
import type { Failure, Ticket } from '../ticket.ts';

const open = (replica: string): PoolEvent => ({ on: 'open', replica, capacity });

/** The engine of a replica dies with all that runs there, and is back. */
function dies({ pool, on }: World, replica: string): void {
  for (const it of pool.running.values()) if (it.replica === replica) on(giveBack(it.ticket.id));
  on(open(replica));
}

/** Tickets that were in two deaths on `a`, the only replica, which is back; nothing is granted yet. */
function suspects(ids: readonly string[], differing: Partial<Ticket> = {}): World {
  const it = world(1_000);
  it.on(open('a'));
  for (const id of ids) it.acquire(id, differing);
  for (let deaths = 0; deaths < 2; deaths += 1) {
    expect(granted(it.commit())).toHaveLength(ids.length);
    dies(it, 'a');
  }
  return it;
}

describe('a request that was in two engine deaths', () => {
  test('runs alone, and those like it one after another', () => {
    const it = suspects(['k1', 'k2', 'k3']);
    expect(granted(it.commit())).toEqual([['k1', 'a']]);
    it.on(finish('k1'));
    expect(granted(it.commit())).toEqual([['k2', 'a']]);
    it.on(finish('k2'));
    expect(granted(it.commit())).toEqual([['k3', 'a']]);
    it.on(finish('k3'));
    it.acquire('k4');
    it.acquire('k5');
    expect(granted(it.commit())).toEqual([
      ['k4', 'a'],
      ['k5', 'a'],
    ]);
  });

  test('waits until its replica has nothing else to do, and nothing is added there meanwhile', () => {
    const it = suspects(['k1']);
    it.acquire('k2');
    expect(granted(it.commit())).toEqual([['k2', 'a']]);
    it.acquire('k3');
    expect(granted(it.commit())).toEqual([]);
    it.on(finish('k2'));
    expect(granted(it.commit())).toEqual([['k1', 'a']]);
    expect(granted(it.commit())).toEqual([]);
  });

  test('takes turns with the line where there is no other replica', () => {
    const it = suspects(['k1', 'k2']);
    it.acquire('n1');
    expect(granted(it.commit())).toEqual([['n1', 'a']]);
    it.acquire('n2');
    it.acquire('n3');
    it.on(finish('n1'));
    expect(granted(it.commit())).toEqual([['k1', 'a']]);
    it.on(finish('k1'));
    expect(granted(it.commit())).toEqual([
      ['n2', 'a'],
      ['n3', 'a'],
    ]);
    it.acquire('n4');
    it.on(finish('n2'));
    expect(granted(it.commit())).toEqual([]);
    it.on(finish('n3'));
    expect(granted(it.commit())).toEqual([['k2', 'a']]);
  });

  test('does not take the turn of the line while a commit is on its way', () => {
    const it = suspects(['k1', 'k2']);
    expect(granted(it.commit())).toEqual([['k1', 'a']]);
    it.acquire('n1');
    const reply = it.answer();
    it.on(finish('k1'));
    expect(granted(it.on({ on: 'committed', reply, nowMs: 0 }))).toEqual([]);
    expect(granted(it.commit())).toEqual([['n1', 'a']]);
  });

  test('leaves the other replicas to the line, and its own to the next one', () => {
    const it = suspects(['k1', 'k2']);
    it.on(open('b'));
    expect(granted(it.commit())).toEqual([['k1', 'a']]);
    for (const id of ['n1', 'n2', 'n3', 'n4', 'n5']) it.acquire(id);
    expect(granted(it.commit()).map(([, replica]) => replica)).toEqual(['b', 'b', 'b', 'b']);
    it.on(finish('k1'));
    expect(granted(it.commit())).toEqual([['k2', 'a']]);
    it.on(finish('k2'));
    expect(granted(it.commit())).toEqual([['n5', 'a']]);
  });

  test('does not go back to a replica where nobody listened while another is open', () => {
    const it = suspects(['k1']);
    it.commit();
    it.on(open('b'));
    it.acquire('n1');
    expect(granted(it.commit())).toEqual([['n1', 'b']]);
    it.on(giveBack('k1', 0, 'engine_unreached'));
    it.on({ on: 'resume', replica: 'a' });
    expect(granted(it.commit())).toEqual([]);
    it.on(finish('n1'));
    expect(granted(it.commit())).toEqual([['k1', 'b']]);
  });

  test('takes an idle replica rather than wait for a busy one', () => {
    const it = suspects(['k1']);
    it.acquire('n1');
    expect(granted(it.commit())).toEqual([['n1', 'a']]);
    it.on(open('b'));
    expect(granted(it.commit())).toEqual([['k1', 'b']]);
    it.acquire('n2');
    expect(granted(it.commit())).toEqual([['n2', 'a']]);
  });

  test('is not run on a replica that fails, or closes', () => {
    const it = suspects(['k1']);
    it.acquire('n1');
    it.commit();
    it.on(finish('n1', 'engine_aborted'));
    expect(granted(it.commit())).toEqual([]);
    it.on({ on: 'resume', replica: 'a' });
    it.on({ on: 'close', replica: 'a' });
    it.on(open('b'));
    expect(granted(it.commit())).toEqual([['k1', 'b']]);
  });

  test('keeps its own deadline, and may leave', () => {
    const it = suspects(['k1', 'k2']);
    it.on({ on: 'close', replica: 'a' });
    it.commit();
    expect(refusals(it.on({ on: 'overdue', id: 'k1', nowMs: 9_000 }))).toEqual([
      ['k1', { reason: 'queue_timeout', waitedMs: 9_000 }],
    ]);
    expect(refusals(it.on({ on: 'leave', id: 'k2' }))).toEqual([['k2', { reason: 'cancelled' }]]);
    expect(it.pool.suspects.size).toBe(0);
    it.on(open('a'));
    expect(granted(it.commit())).toEqual([]);
  });

  test('waits apart in the store, where any node that has a replica free for it may take it', () => {
    const it = suspects(['k1']);
    it.on({ on: 'committed', reply: it.answer(), nowMs: 0 });
    expect([idsInLine(it.machine), idsApart(it.machine), claimsIn(it.machine)]).toEqual([[], ['k1'], []]);
    expect(granted(it.commit())).toEqual([['k1', 'a']]);
    expect([idsApart(it.machine), claimsIn(it.machine).length]).toEqual([[], 1]);
    it.on(finish('k1'));
    it.commit();
    expect(claimsIn(it.machine)).toEqual([]);
  });

  test('outlives the loss of the store, and waits for it', () => {
    const it = suspects(['k1']);
    it.on({ on: 'lost', cause: 'test' });
    expect(granted(it.commit())).toEqual([]);
    it.connect('second');
    expect(granted(it.commit())).toEqual([['k1', 'a']]);
  });

  test('is not granted before everything is written back to the store', () => {
    const it = suspects(['k1']);
    for (let at = 0; at < 2 * TRANSITIONS_PER_COMMIT_MAX; at += 1) it.acquire(`n${at}`);
    const busy = granted(it.commit());
    expect(it.pool.aside).toEqual({ replica: 'a', claim: undefined });
    it.on({ on: 'lost', cause: 'test' });
    for (const [id = ''] of busy) it.on(finish(id));
    it.connect('second');
    const reply = it.answer();
    expect(it.on({ on: 'committed', reply, nowMs: 0 })).toEqual([]);
    expect(it.pool.link).toBe('restoring');
    expect(granted(it.commit())).toEqual([['k1', 'a']]);
  });

  test('waits for the replica that is kept free for it, though another has less to finish by now', () => {
    const it = suspects(['k1']);
    it.on({ on: 'open', replica: 'b', capacity: { kvTokens: 2_000, sequencesMax: 4 } });
    for (const id of ['n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7']) it.acquire(id);
    expect(granted(it.commit()).map(([, replica]) => replica)).toEqual(['b', 'b', 'b', 'b', 'a', 'a', 'a']);
    expect(it.pool.aside?.replica).toBe('a');
    for (const id of ['n1', 'n2', 'n3']) it.on(finish(id));
    it.acquire('n8');
    expect(granted(it.commit())).toEqual([['n8', 'b']]);
    expect(it.pool.aside?.replica).toBe('a');
  });

  test('leaves its replica to the line where the other one has failed a moment ago', () => {
    const it = suspects(['k1', 'k2']);
    expect(granted(it.commit())).toEqual([['k1', 'a']]);
    it.on(open('b'));
    it.acquire('n1');
    expect(granted(it.commit())).toEqual([['n1', 'b']]);
    it.on(finish('n1', 'engine_aborted'));
    it.acquire('n2');
    it.on(finish('k1'));
    expect(granted(it.commit())).toEqual([['n2', 'a']]);
  });

  test('is refused where too many wait like that', () => {
    const it = world(1_000);
    const wide = { kvTokens: 1_000_000, sequencesMax: 1_000 };
    it.on({ on: 'open', replica: 'a', capacity: wide });
    for (let at = 0; at <= SUSPECTS_MAX; at += 1) it.acquire(`k${at}`);
    it.commit();
    for (const id of it.pool.running.keys()) it.on(giveBack(id));
    it.on({ on: 'open', replica: 'a', capacity: wide });
    it.commit();
    const refused = [...it.pool.running.keys()].flatMap((id) => refusals(it.on(giveBack(id))));
    expect(refused).toEqual([[`k${SUSPECTS_MAX}`, { reason: 'engine_failed' }]]);
  });

  test('has room for a line full of those that only resemble it', () => {
    const it = world(SUSPECTS_MAX + 10);
    const wide = { kvTokens: 1_000_000, sequencesMax: 1_000 };
    for (const id of ['s1', 's2']) {
      it.on({ on: 'open', replica: 'a', capacity: wide });
      it.acquire(id, { fingerprint: () => 'same' });
      it.commit();
      it.on(finish(id, 'engine_died'));
    }
    for (let at = 0; at < SUSPECTS_MAX + 10; at += 1) it.acquire(`k${at}`, { fingerprint: () => 'same' });
    it.commit();
    it.on({ on: 'open', replica: 'a', capacity: wide });
    expect(refusals(it.commit())).toEqual([]);
    it.acquire('next', { fingerprint: () => 'same' });
    it.acquire('one more', { fingerprint: () => 'same' });
    it.on({ on: 'open', replica: 'b', capacity: wide });
    expect(refusals(it.commit())).toMatchObject([
      ['one more', { reason: 'server_overloaded', depth: SUSPECTS_MAX + 10 }],
    ]);
  });
});

describe('what is no death of its own', () => {
  test.each(['engine_unreached', 'engine_error', 'engine_aborted'] as const)('%s', (failure) => {
    const it = world();
    it.on(open('a'));
    it.acquire('k1');
    it.commit();
    it.on(giveBack('k1', 0, failure));
    it.on(open('a'));
    it.commit();
    it.on(giveBack('k1', 0, 'engine_died'));
    it.on(open('a'));
    it.commit();
    expect(it.pool.running.has('k1')).toBe(true);
    expect(it.pool.aside).toBeUndefined();
  });

  test('one that it waited through', () => {
    const it = world();
    it.on({ on: 'open', replica: 'a', capacity: { kvTokens: 100, sequencesMax: 1 } });
    it.acquire('k1');
    it.acquire('k2');
    it.commit();
    dies(it, 'a');
    it.commit();
    expect(it.pool.running.get('k1')).toMatchObject({ deaths: 1 });
    expect(it.pool.running.get('k2')).toMatchObject({ deaths: 0 });
  });
});

describe('a death of an engine that ran one request alone', () => {
  const untilUnixMs = ZERO_UNIX_MS + QUARANTINE_MS;
  const quarantined = { reason: 'quarantined', fingerprint: 'of k1', untilUnixMs } as const;

  /** `k1` runs alone. */
  function alone(): World {
    const it = suspects(['k1']);
    expect(granted(it.commit())).toEqual([['k1', 'a']]);
    return it;
  }

  test('is pinned on it: it is not run again, and refused when it comes back', () => {
    const it = alone();
    const effects = it.on(giveBack('k1'));
    const entry = { fingerprint: 'of k1', untilUnixMs };
    expect(effects).toContainEqual({ do: 'quarantine', id: 'k1', replica: 'a', entry });
    expect(refusals(effects)).toEqual([['k1', quarantined]]);
    it.on(open('a'));
    expect(granted(it.commit())).toEqual([]);
    expect(claimsIn(it.machine).length).toBe(0);
    expect(refusals(it.acquire('again', { fingerprint: () => 'of k1' }))).toEqual([['again', quarantined]]);
    expect(refusals(it.acquire('another'))).toEqual([]);
  });

  test('is pinned on it after its first byte too', () => {
    const it = alone();
    expect(it.on(finish('k1', 'engine_died')).map((effect) => effect.do)).toContain('quarantine');
    expect(refusals(it.acquire('again', { fingerprint: () => 'of k1' }))).toEqual([['again', quarantined]]);
  });

  test('reaches those like it that wait already, in line or as suspects', () => {
    const it = suspects(['k1', 'k2'], { fingerprint: () => 'of k1' });
    it.acquire('k3', { fingerprint: () => 'of k1' });
    expect(granted(it.commit())).toEqual([['k1', 'a']]);
    expect(refusals(it.on(giveBack('k1'))).map(([id]) => id)).toEqual(['k2', 'k3', 'k1']);
    expect(it.pool.waiting.size).toBe(0);
  });

  test('reaches those like it when their turn comes', () => {
    const it = alone();
    it.acquire('k2', { fingerprint: () => 'of k1' });
    it.acquire('k3');
    it.commit();
    it.on(giveBack('k1'));
    it.on(open('a'));
    const effects = it.commit();
    expect(refusals(effects)).toEqual([['k2', quarantined]]);
    expect(granted(effects)).toEqual([['k3', 'a']]);
    expect([it.pool.waiting.size, claimsIn(it.machine).length]).toEqual([0, 1]);
  });

  test('ends with its term', () => {
    const it = alone();
    it.on(giveBack('k1'));
    it.on({ on: 'pulse', nowMs: QUARANTINE_MS - 1 });
    expect(refusals(it.acquire('early', { fingerprint: () => 'of k1' }))).toHaveLength(1);
    it.on({ on: 'pulse', nowMs: QUARANTINE_MS });
    expect(refusals(it.acquire('later', { fingerprint: () => 'of k1' }))).toEqual([]);
  });

  test('is forgiven by an operator; then it runs alone at first', () => {
    const it = alone();
    it.on(giveBack('k1'));
    it.on(open('a'));
    expect(it.on({ on: 'let_go', fingerprint: 'of k1' })).toEqual([{ do: 'pardon', fingerprint: 'of k1' }]);
    it.acquire('again', { fingerprint: () => 'of k1' });
    it.acquire('other');
    expect(granted(it.commit())).toEqual([['other', 'a']]);
    it.on(finish('other'));
    expect(granted(it.commit())).toEqual([['again', 'a']]);
  });

  test('is remembered from an earlier life, as far as its term is not over', () => {
    const it = world();
    const list = [
      { fingerprint: 'over', untilUnixMs: ZERO_UNIX_MS + 10 },
      { fingerprint: 'not over', untilUnixMs: ZERO_UNIX_MS + 11 },
    ];
    it.on({ on: 'recall', list, nowMs: 10 });
    expect(refusals(it.acquire('k1', { fingerprint: () => 'over' }))).toEqual([]);
    expect(refusals(it.acquire('k2', { fingerprint: () => 'not over' }))).toHaveLength(1);
  });
});

describe('a request that comes again', () => {
  /** A stream like it was in two deaths after its first byte: never run again by us. */
  function diedTwice(): World {
    const it = world();
    for (const id of ['s1', 's2']) {
      it.on(open('a'));
      it.acquire(id, { fingerprint: () => 'stream' });
      expect(granted(it.commit())).toEqual([[id, 'a']]);
      it.on(finish(id, 'engine_died'));
    }
    it.on(open('a'));
    return it;
  }

  test('after two deaths is a suspect', () => {
    const it = diedTwice();
    it.acquire('s3', { fingerprint: () => 'stream' });
    it.acquire('other');
    expect(granted(it.commit())).toEqual([['other', 'a']]);
    it.on(finish('other'));
    expect(granted(it.commit())).toEqual([['s3', 'a']]);
  });

  test('and completes alone is innocent, and with it those like it: they run beside others at once', () => {
    const it = diedTwice();
    for (const id of ['s3', 's4', 's5']) it.acquire(id, { fingerprint: () => 'stream' });
    expect(granted(it.commit())).toEqual([['s3', 'a']]);
    it.on(finish('s3'));
    expect(granted(it.commit())).toEqual([
      ['s4', 'a'],
      ['s5', 'a'],
    ]);
  });

  test('but was in one death only, beside others like it, is none', () => {
    const it = world();
    it.on(open('a'));
    for (const id of ['s1', 's2', 's3']) it.acquire(id, { fingerprint: () => 'stream' });
    it.commit();
    dies(it, 'a');
    expect(granted(it.commit())).toHaveLength(3);
  });

  test('and has completed since is none', () => {
    const it = world();
    for (const outcome of ['engine_died', 'completed', 'engine_died'] as const) {
      it.on(open('a'));
      it.acquire(outcome, { fingerprint: () => 'stream' });
      it.commit();
      it.on(finish(outcome, outcome));
    }
    it.on(open('a'));
    it.acquire('s4', { fingerprint: () => 'stream' });
    it.acquire('other');
    expect(granted(it.commit())).toHaveLength(2);
  });
});

describe('a replica whose engine we end', () => {
  /** As a restart does whose drain took too long: closed, ended by us with what runs on it, and open again. */
  function restarts(it: World, failure: Failure): void {
    it.on({ on: 'close', replica: 'a' });
    it.on({ on: 'end', replica: 'a', ending: 'asked', nowMs: 0 });
    for (const { ticket } of it.pool.running.values()) it.on(giveBack(ticket.id, 0, failure));
    it.on(open('a'));
  }

  test.each(['engine_died', 'engine_aborted', 'engine_error'] as const)(
    'twice under load, with %s: makes no suspects and refuses nobody',
    (failure) => {
      const it = world();
      it.on(open('a'));
      it.acquire('k1');
      it.acquire('k2');
      for (let restart = 0; restart < 3; restart += 1) {
        expect(granted(it.commit())).toEqual([
          ['k1', 'a'],
          ['k2', 'a'],
        ]);
        restarts(it, failure);
      }
      expect(it.pool.memory.deaths.size).toBe(0);
      expect(granted(it.commit())).toHaveLength(2);
    },
  );

  test('is no proof against a request that ran there alone', () => {
    const it = suspects(['k1']);
    expect(granted(it.commit())).toEqual([['k1', 'a']]);
    restarts(it, 'engine_died');
    expect(it.pool.memory.quarantine.size).toBe(0);
    expect(granted(it.commit())).toEqual([['k1', 'a']]);
  });

  test('counts deaths again once it is open', () => {
    const it = world();
    it.on(open('a'));
    it.acquire('k1');
    it.commit();
    restarts(it, 'engine_died');
    it.commit();
    dies(it, 'a');
    expect([...it.pool.memory.deaths.values()]).toMatchObject([{ count: 1 }]);
  });

  test('a crash on a replica that an operator has closed is a death all the same', () => {
    const it = world();
    it.on(open('a'));
    it.acquire('k1');
    it.commit();
    it.on({ on: 'close', replica: 'a' });
    it.on(giveBack('k1'));
    expect(it.pool.memory.deaths.size).toBe(1);
  });
});
