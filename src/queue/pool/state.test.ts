import { describe, expect, test } from 'bun:test';
import { ATTEMPTS_MAX, FAILURES_MAX } from './ending.ts';
import { PAUSE_MS } from './pause.ts';
import {
  capacity,
  claimsIn,
  createTimedMachine,
  finish,
  giveBack,
  granted,
  grants,
  idsInLine,
  refusals,
  world,
} from '../fixtures/pool-world.ts';
import { COST_TOKENS_MAX } from './cost.ts';
import type { PoolEffect, PoolEvent } from './event.ts';
import { OUTBOX_MAX } from './admission.ts';
import type { Failure } from '../ticket.ts';
import { commitDue, takeCommit } from './turn.ts';

describe('admission', () => {
  test('an idle replica is granted in the commit that admits', () => {
    const { on, acquire, commit } = world();
    on({ on: 'open', replica: 'a', capacity });
    expect(acquire('k1')).toEqual([{ do: 'wait', id: 'k1', atMostMs: 5_000 }]);
    expect(grants(commit())).toMatchObject([{ ticket: { id: 'k1' }, replica: 'a', attempt: 1 }]);
  });

  test('all of one turn travels in one commit', () => {
    const { pool, acquire } = world();
    for (const id of ['k1', 'k2', 'k3']) acquire(id);
    expect(takeCommit(pool, 0).transitions).toHaveLength(3);
    expect(commitDue(pool)).toBe(false);
  });

  test('without a replica a ticket waits, and is granted when one opens', () => {
    const { on, acquire, commit } = world();
    acquire('k1');
    expect(commit()).toEqual([]);
    on({ on: 'open', replica: 'a', capacity });
    expect(grants(commit())).toMatchObject([{ ticket: { id: 'k1' } }]);
  });

  test('a full line refuses and says how long it is', () => {
    const { acquire, commit } = world(2);
    for (const id of ['k1', 'k2', 'k3']) acquire(id);
    expect(refusals(commit())).toEqual([['k3', { reason: 'server_overloaded', depth: 2, retryAfterMs: 5_000 }]]);
  });

  test('what can run at once does not count against the line', () => {
    const { on, acquire, commit } = world(1);
    on({ on: 'open', replica: 'a', capacity });
    for (const id of ['k1', 'k2', 'k3', 'k4', 'k5']) acquire(id);
    const effects = commit();
    expect(grants(effects)).toHaveLength(4);
    expect(refusals(effects)).toEqual([]);
  });

  test('newcomers are refused while more is unsent than the outbox holds', () => {
    const { pool, acquire } = world();
    for (let at = 0; at < OUTBOX_MAX; at += 1) acquire(`k${at}`);
    expect(refusals(acquire('one more'))).toEqual([
      ['one more', { reason: 'server_overloaded', depth: OUTBOX_MAX, retryAfterMs: 5_000 }],
    ]);
    expect(pool.outbox).toHaveLength(OUTBOX_MAX);
  });

  test.each([Infinity, Number.NaN, 1e300])('a cost of %p is as dear as can be, and runs alone', (costTokens) => {
    const { pool, on, acquire, commit } = world();
    on({ on: 'open', replica: 'a', capacity });
    acquire('huge', { costTokens });
    acquire('small');
    expect(grants(commit())).toMatchObject([{ ticket: { id: 'huge' } }]);
    expect(pool.replicas.get('a')?.usedTokens).toBe(COST_TOKENS_MAX);
  });
});

describe('placement', () => {
  test('goes to the replica with most room in tokens', () => {
    const { on, acquire, commit } = world();
    on({ on: 'open', replica: 'small', capacity: { kvTokens: 550, sequencesMax: 4 } });
    on({ on: 'open', replica: 'large', capacity: { kvTokens: 700, sequencesMax: 4 } });
    for (const id of ['k1', 'k2', 'k3', 'k4']) acquire(id);
    expect(grants(commit()).map(({ replica }) => replica)).toEqual(['large', 'large', 'small', 'large']);
  });

  test('stops at the budget in tokens and at the number of sequences', () => {
    const { on, acquire, commit } = world();
    on({ on: 'open', replica: 'a', capacity: { kvTokens: 250, sequencesMax: 9 } });
    on({ on: 'open', replica: 'b', capacity: { kvTokens: 9_000, sequencesMax: 1 } });
    for (const id of ['k1', 'k2', 'k3', 'k4']) acquire(id);
    expect(
      grants(commit())
        .map(({ replica }) => replica)
        .toSorted(),
    ).toEqual(['a', 'a', 'b']);
  });

  test('a ticket larger than any budget waits for an idle replica and runs there alone, not overtaken', () => {
    const { on, acquire, commit } = world();
    on({ on: 'open', replica: 'a', capacity });
    acquire('k1');
    commit();
    acquire('huge', { costTokens: 5_000 });
    acquire('behind');
    expect(grants(commit())).toEqual([]);
    on(finish('k1'));
    expect(grants(commit()).map((it) => it.ticket.id)).toEqual(['huge']);
  });

  test('each priority has its turn, the most urgent first, and first come is first served within each', () => {
    const { on, acquire, commit } = world();
    acquire('b1', { priority: 'bulk' });
    acquire('d1');
    acquire('i1', { priority: 'interactive' });
    acquire('d2');
    commit();
    on({ on: 'open', replica: 'a', capacity });
    expect(grants(commit()).map((it) => it.ticket.id)).toEqual(['i1', 'd1', 'b1', 'd2']);
  });
});

test('more room than one commit may claim is filled by the next ones', () => {
  const { on, acquire, commit } = world(1_000);
  for (let at = 0; at < 250; at += 1) acquire(`k${at}`);
  commit();
  on({ on: 'open', replica: 'a', capacity: { kvTokens: 1_000_000, sequencesMax: 500 } });
  expect(grants(commit())).toHaveLength(250);
});

describe('leaving', () => {
  test('takes the ticket out of the line', () => {
    const { machine, on, acquire, commit } = world();
    acquire('k1');
    commit();
    expect(refusals(on({ on: 'leave', id: 'k1' }))).toEqual([['k1', { reason: 'cancelled' }]]);
    commit();
    expect(idsInLine(machine)).toEqual([]);
  });

  test('in the moment of its grant ends the claim', () => {
    const { pool, machine, on, acquire, commit, answer } = world();
    on({ on: 'open', replica: 'a', capacity });
    commit();
    acquire('k1');
    const reply = answer();
    on({ on: 'leave', id: 'k1' });
    expect(on({ on: 'committed', reply, nowMs: 0 })).toMatchObject([{ do: 'drop_claim', id: 'k1' }]);
    commit();
    expect(claimsIn(machine).length).toBe(0);
    expect(pool.replicas.get('a')?.running).toBe(0);
  });

  test('after the longest wait says how long that was', () => {
    const { on, acquire } = world();
    acquire('k1', {}, 1_000);
    const effects = on({ on: 'overdue', id: 'k1', nowMs: 6_000 });
    expect(refusals(effects)).toEqual([['k1', { reason: 'queue_timeout', waitedMs: 5_000 }]]);
  });

  test('twice, or when nobody of that name waits, changes nothing', () => {
    const { on } = world();
    expect(on({ on: 'leave', id: 'nobody' })).toEqual([]);
    expect(on({ on: 'overdue', id: 'nobody', nowMs: 1 })).toEqual([]);
    expect(on(finish('nobody'))).toEqual([]);
    expect(on(giveBack('nobody'))).toEqual([]);
  });
});

describe('giving back', () => {
  test('returns to the old place, counts the attempt and goes on with the wait that was left', () => {
    const { on, acquire, commit } = world();
    on({ on: 'open', replica: 'a', capacity: { kvTokens: 100, sequencesMax: 1 } });
    acquire('first', {}, 0);
    acquire('second', {}, 0);
    commit(2_000);
    const effects = on(giveBack('first', 60_000));
    expect(effects).toContainEqual({ do: 'wait', id: 'first', atMostMs: 3_000 });
    on({ on: 'resume', replica: 'a' });
    expect(grants(commit(60_500))).toMatchObject([{ ticket: { id: 'first' }, attempt: 2, waitedMs: 2_500 }]);
    expect(refusals(on({ on: 'overdue', id: 'second', nowMs: 61_000 }))).toEqual([
      ['second', { reason: 'queue_timeout', waitedMs: 61_000 }],
    ]);
  });

  test('is refused while the node drains', () => {
    const { machine, on, acquire, commit } = world();
    on({ on: 'open', replica: 'a', capacity });
    acquire('k1');
    commit();
    on({ on: 'drain' });
    expect(refusals(on(giveBack('k1')))).toEqual([['k1', { reason: 'draining' }]]);
    commit();
    expect(claimsIn(machine).length).toBe(0);
  });
});

describe('an engine that fails', () => {
  /** One ticket runs on `a`, which has most room. */
  function runningOnA() {
    const it = world();
    it.on({ on: 'open', replica: 'a', capacity: { kvTokens: 9_000, sequencesMax: 9 } });
    it.on({ on: 'open', replica: 'b', capacity: { kvTokens: 1_000, sequencesMax: 1 } });
    it.acquire('k1');
    expect(granted(it.commit())).toEqual([['k1', 'a']]);
    return it;
  }
  const resume: PoolEvent = { on: 'resume', replica: 'a' };
  const pause = { do: 'pause', replica: 'a', forMs: PAUSE_MS } as const;

  test.each([
    ['gives back', giveBack('k1')],
    ['ends as its failure', finish('k1', 'engine_died')],
  ])('gets nothing during a pause after what it %s', (_how, event) => {
    const { on, acquire, commit } = runningOnA();
    expect(on(event)).toContainEqual(pause);
    for (const id of ['k2', 'k3']) acquire(id);
    expect(granted(commit()).every(([, replica]) => replica === 'b')).toBe(true);
    on(resume);
    expect(granted(commit()).map(([, replica]) => replica)).toContain('a');
  });

  test.each(['completed', 'client_gone', 'engine_declined', 'engine_error'] as const)(
    'is not what %s means',
    (outcome) => {
      const { on, acquire, commit } = runningOnA();
      expect(on(finish('k1', outcome))).toEqual([{ do: 'release', replica: 'a', running: 0 }]);
      acquire('k2');
      expect(granted(commit())).toEqual([['k2', 'a']]);
    },
  );

  test('for one request only, and lives, serves the others meanwhile: nobody pauses a pool by asking', () => {
    const { on, acquire, commit } = runningOnA();
    expect(on(giveBack('k1', 0, 'engine_error')).map((it) => it.do)).toEqual(['release', 'wait']);
    acquire('k2');
    expect(granted(commit())).toEqual([
      ['k1', 'b'],
      ['k2', 'a'],
    ]);
  });

  test('takes no claim that was on its way when the pause began', () => {
    const { machine, on, acquire, commit, answer } = runningOnA();
    acquire('k2');
    const reply = answer();
    on(giveBack('k1'));
    expect(on({ on: 'committed', reply, nowMs: 0 })).toEqual([]);
    expect(granted(commit())).toEqual([['k1', 'b']]);
    expect(idsInLine(machine)).toEqual(['k2']);
  });

  test('does not get back what it lost while another is open, though that one is busy', () => {
    const { on, acquire, commit } = runningOnA();
    on(giveBack('k1'));
    acquire('k2', { priority: 'interactive' });
    expect(granted(commit())).toEqual([['k2', 'b']]);
    on(resume);
    expect(granted(commit())).toEqual([]);
    acquire('k3', { priority: 'interactive' });
    expect(granted(commit())).toEqual([['k3', 'a']]);
    on(finish('k2'));
    expect(granted(commit())).toEqual([['k1', 'b']]);
  });

  test('gets it back when the other closes, but not before the pause is over', () => {
    const { on, commit } = runningOnA();
    on({ on: 'close', replica: 'b' });
    on(giveBack('k1'));
    expect(granted(commit())).toEqual([]);
    on(resume);
    expect(granted(commit())).toEqual([['k1', 'a']]);
  });

  test('gets it back when the other, busy until then, closes later', () => {
    const { on, acquire, commit } = runningOnA();
    on(giveBack('k1'));
    acquire('k2', { priority: 'interactive' });
    commit();
    on(resume);
    expect(granted(commit())).toEqual([]);
    on({ on: 'close', replica: 'b' });
    expect(granted(commit())).toEqual([['k1', 'a']]);
  });

  test('is another one once its replica is opened anew', () => {
    const { on, commit } = runningOnA();
    on(giveBack('k1'));
    on({ on: 'open', replica: 'a', capacity: { kvTokens: 9_000, sequencesMax: 9 } });
    expect(granted(commit())).toEqual([['k1', 'a']]);
  });

  test('and its sibling that fails too each take what the other lost', () => {
    const { on, acquire, commit } = runningOnA();
    acquire('k2', { costTokens: 9_500 });
    expect(granted(commit())).toEqual([['k2', 'b']]);
    on(giveBack('k1'));
    on(giveBack('k2'));
    on(resume);
    on({ on: 'resume', replica: 'b' });
    expect(granted(commit())).toEqual([
      ['k1', 'b'],
      ['k2', 'a'],
    ]);
  });

  test('and is back before the last that ran on it ends, as where a client reads slowly, is not paused anew', () => {
    const { on, acquire, commit } = runningOnA();
    on({ on: 'open', replica: 'a', capacity: { kvTokens: 9_000, sequencesMax: 9 } });
    expect(on(finish('k1', 'engine_died')).map((it) => it.do)).toEqual(['release']);
    acquire('k2');
    expect(granted(commit())).toEqual([['k2', 'a']]);
  });

  test('that its supervisor has closed already is not paused', () => {
    const { on } = runningOnA();
    on({ on: 'close', replica: 'a' });
    expect(on(giveBack('k1')).map((it) => it.do)).toEqual(['release', 'wait']);
  });
});

describe('a request that fails again and again', () => {
  /** Runs it on the only replica and gives it back, so often; what came of the last time. */
  function failing(times: number, failure: Failure) {
    const { on, acquire, commit } = world();
    on({ on: 'open', replica: 'a', capacity });
    acquire('k1');
    let effects: PoolEffect[] = [];
    for (let at = 0; at < times; at += 1) {
      expect(granted(commit())).toEqual([['k1', 'a']]);
      effects = on(giveBack('k1', 0, failure));
      on({ on: 'resume', replica: 'a' });
    }
    return refusals(effects);
  }
  const enough: ReturnType<typeof refusals> = [['k1', { reason: 'engine_failed' }]];

  test('in an engine that lives is run twice', () => {
    expect(failing(FAILURES_MAX - 1, 'engine_error')).toEqual([]);
    expect(failing(FAILURES_MAX, 'engine_error')).toEqual(enough);
  });

  test.each([
    ['for want of an engine', 'engine_unreached'],
    ['bug: by a SIGTERM to its engine', 'engine_aborted'],
  ] as const)('%s is not held against it, but has an end', (_, failure) => {
    expect(failing(ATTEMPTS_MAX - 1, failure)).toEqual([]);
    expect(failing(ATTEMPTS_MAX, failure)).toEqual(enough);
  });

  test('gives its claim back to the store when it is refused', () => {
    const { machine, on, acquire, commit } = world();
    on({ on: 'open', replica: 'a', capacity });
    acquire('k1');
    for (let at = 0; at < FAILURES_MAX; at += 1) {
      commit();
      on(giveBack('k1', 0, 'engine_error'));
      on({ on: 'resume', replica: 'a' });
    }
    commit();
    expect([claimsIn(machine).length, machine.line.length]).toEqual([0, 0]);
  });
});

describe('closing', () => {
  test('tells how many still run, and forgets the replica after the last', () => {
    const { pool, on, acquire, commit } = world();
    on({ on: 'open', replica: 'a', capacity });
    acquire('k1');
    commit();
    expect(on({ on: 'close', replica: 'a' })).toEqual([{ do: 'release', replica: 'a', running: 1 }]);
    expect(on(finish('k1'))).toEqual([{ do: 'release', replica: 'a', running: 0 }]);
    expect(pool.replicas.has('a')).toBe(false);
  });

  test('a claim on its way to a replica that closes goes back into the line', () => {
    const { machine, on, acquire, commit, answer } = world();
    on({ on: 'open', replica: 'a', capacity });
    commit();
    acquire('k1');
    const reply = answer();
    on({ on: 'close', replica: 'a' });
    expect(on({ on: 'committed', reply, nowMs: 0 })).toEqual([]);
    commit();
    expect(idsInLine(machine)).toEqual(['k1']);
    on({ on: 'open', replica: 'b', capacity });
    expect(grants(commit())).toMatchObject([{ ticket: { id: 'k1' }, replica: 'b', attempt: 1 }]);
  });

  test('opening again with another capacity is the new budget', () => {
    const { on, acquire, commit } = world();
    on({ on: 'open', replica: 'a', capacity: { kvTokens: 100, sequencesMax: 9 } });
    for (const id of ['k1', 'k2', 'k3']) acquire(id);
    expect(grants(commit())).toHaveLength(1);
    on({ on: 'open', replica: 'a', capacity: { kvTokens: 300, sequencesMax: 9 } });
    expect(grants(commit())).toHaveLength(2);
  });
});

describe('without the store', () => {
  const lost: PoolEvent = { on: 'lost', cause: 'test' };

  test('new tickets are refused at once, confirmed ones stay, unconfirmed ones are refused', () => {
    const { pool, on, acquire, commit } = world();
    acquire('confirmed');
    commit();
    acquire('on its way');
    takeCommit(pool, 0);
    acquire('unsent');
    expect(refusals(on(lost))).toEqual([
      ['on its way', { reason: 'queue_unavailable' }],
      ['unsent', { reason: 'queue_unavailable' }],
    ]);
    expect(refusals(acquire('new'))).toEqual([['new', { reason: 'queue_unavailable' }]]);
    expect([...pool.waiting.keys()]).toEqual(['confirmed']);
  });

  test('a new connection writes back what is held, in the old order, and nothing else', () => {
    const { pool, on, acquire, commit, connect } = world();
    on({ on: 'open', replica: 'a', capacity: { kvTokens: 200, sequencesMax: 2 } });
    for (const id of ['runs', 'ends', 'waits', 'leaves', 'waits too']) acquire(id);
    commit();
    on(lost);
    on(finish('ends'));
    on({ on: 'leave', id: 'leaves' });
    connect('second');
    const { transitions, offers } = takeCommit(pool, 0);
    expect(transitions.map((it) => ('entry' in it ? it.entry.id : it.type))).toEqual([
      'runs',
      'waits',
      'waits too',
      'beat',
    ]);
    expect(offers).toEqual([]);
  });

  test('nothing is granted before everything is written back', () => {
    const { on, acquire, commit, connect } = world(1_000);
    for (let at = 0; at < 600; at += 1) acquire(`k${at}`);
    acquire('written last, served first', { priority: 'interactive' });
    commit();
    on(lost);
    on({ on: 'open', replica: 'a', capacity });
    connect('second');
    expect(refusals(acquire('early'))).toEqual([]); // the store is there
    expect(grants(commit()).map((it) => it.ticket.id)).toEqual(['written last, served first', 'k0', 'k1', 'k2']);
  });

  test('a store that has forgotten this life is written anew', () => {
    const { acquire, commit, connect } = world();
    acquire('k1');
    commit();
    const forgetful = createTimedMachine();
    connect('second', 'shared', forgetful);
    commit();
    expect(idsInLine(forgetful)).toEqual(['k1']);
  });
});

test('draining refuses all that waits and all that comes', () => {
  const { machine, on, acquire, commit } = world();
  acquire('k1');
  commit();
  expect(refusals(on({ on: 'drain' }))).toEqual([['k1', { reason: 'draining' }]]);
  expect(refusals(acquire('k2'))).toEqual([['k2', { reason: 'draining' }]]);
  commit();
  expect(idsInLine(machine)).toEqual([]);
});
