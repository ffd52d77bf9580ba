import { describe, expect, test } from 'bun:test';
import { capacity, finish, grants, refusals, world } from '../fixtures/pool-world.ts';
import { NO_LIMITS } from '../fixtures/tickets.ts';
import { costOf } from './cost.ts';
import type { PoolEffect } from './event.ts';

const reasons = (effects: PoolEffect[]) => effects.flatMap((it) => (it.do === 'refuse' ? [it.refusal.reason] : []));

describe('limits', () => {
  test('a tenant with enough in line is refused, another is not', () => {
    const { acquire, commit } = world();
    const limits = { ...NO_LIMITS, depthMax: 1 };
    acquire('k1', { limits });
    acquire('k2', { limits });
    acquire('k3', { limits, tenant: 'other' });
    expect(refusals(commit())).toEqual([['k2', { reason: 'tenant_queue_full', depth: 1, retryAfterMs: 5_000 }]]);
  });

  test('a tenant beyond its rate is told when to come again, and the grant says what is left', () => {
    const { on, acquire, commit } = world();
    on({ on: 'open', replica: 'a', capacity });
    const limits = { ...NO_LIMITS, requestsPerMinute: 1 };
    acquire('k1', { limits });
    expect(grants(commit())).toMatchObject([{ rate: { requests: { remaining: 0 } } }]);
    acquire('k2', { limits });
    expect(refusals(commit())).toMatchObject([['k2', { reason: 'rate_limit_exceeded', by: 'requests' }]]);
  });

  test('tokens that were not used, or of a ticket that leaves, are given back', () => {
    const { on, acquire, commit } = world();
    on({ on: 'open', replica: 'a', capacity: { kvTokens: 100, sequencesMax: 1 } });
    const limits = { ...NO_LIMITS, tokensPerMinute: 200 };
    for (const id of ['k1', 'k2', 'k3']) acquire(id, { limits });
    expect(reasons(commit())).toEqual(['rate_limit_exceeded']);
    on({ on: 'leave', id: 'k2' });
    on({ on: 'finish', id: 'k1', outcome: 'completed', used: { prompt: 10, completion: 0, cached: 0 }, nowMs: 0 });
    commit();
    acquire('k4', { limits });
    expect(reasons(commit())).toEqual([]);
  });
});

describe('a wait that would be too long', () => {
  /** One ticket a second is served, and a hundred wait. */
  function slow() {
    const it = world(1_000);
    it.on({ on: 'open', replica: 'a', capacity: { kvTokens: 100, sequencesMax: 1 } });
    for (let at = 0; at < 110; at += 1) it.acquire(`k${at}`, { maxWaitMs: 1e9 });
    it.commit(0);
    for (let at = 0; at < 10; at += 1) {
      it.on(finish(`k${at}`, 'completed', at * 1_000));
      it.commit((at + 1) * 1_000);
    }
    return it;
  }

  test('is refused at once, with what was predicted', () => {
    const { acquire, commit } = slow();
    acquire('impatient', { maxWaitMs: 10_000 }, 10_000);
    const [refused] = refusals(commit(10_000));
    expect(refused).toMatchObject(['impatient', { reason: 'wait_too_long', retryAfterMs: 60_000 }]);
  });

  test('is none for who waits long enough, or is served before the others', () => {
    const { acquire, commit } = slow();
    acquire('patient', { maxWaitMs: 1_000_000 }, 10_000);
    acquire('another tenant', { maxWaitMs: 10_000, tenant: 'quiet' }, 10_000);
    expect(refusals(commit(10_000))).toEqual([]);
  });
});

describe('what a request costs', () => {
  test('is held of its replica, follows what it has used, and is let go', () => {
    const { pool, on, acquire, commit } = world();
    on({ on: 'open', replica: 'a', capacity });
    acquire('k1', { costTokens: 400 });
    commit();
    const used = (): number | undefined => pool.replicas.get('a')?.usedTokens;
    on({ on: 'used', id: 'k1', used: { prompt: 300, completion: 10, cached: 0 } });
    expect(used()).toBe(310);
    on({ on: 'used', id: 'k1', used: { prompt: 300, completion: 500, cached: 0 } });
    expect(used()).toBe(800);
    on(finish('k1'));
    expect(used()).toBe(0);
  });

  test('is learnt from those that completed', () => {
    const { pool, on, acquire, commit } = world();
    on({ on: 'open', replica: 'a', capacity });
    const size = {
      promptTokens: 100,
      outputTokensMax: undefined,
      outputTokensMin: undefined,
      choices: 1,
      contextTokens: undefined,
    };
    const ticket = { size, costTokens: 100 };
    acquire('k1', ticket);
    const [running] = grants(commit());
    if (running === undefined) throw new Error('nothing was granted');
    on({ on: 'finish', id: 'k1', outcome: 'completed', used: { prompt: 50, completion: 5, cached: 0 }, nowMs: 0 });
    expect(costOf(pool, running.ticket).tokens).toBe(55);
  });

  test('is charged over its weight, and set right at its end if its turn was charged', () => {
    const { machine, on, acquire, commit } = world();
    const limits = { ...NO_LIMITS, weight: 0.5 };
    for (const id of ['k1', 'k2']) acquire(id, { limits });
    commit();
    on({ on: 'open', replica: 'a', capacity: { kvTokens: 100, sequencesMax: 1 } });
    commit();
    const virtual = (): number | undefined => machine.tiers.default.flows.get('acme');
    const charged = virtual() ?? Number.NaN;
    on({ on: 'close', replica: 'a' });
    on({ on: 'finish', id: 'k1', outcome: 'completed', used: { prompt: 100, completion: 10, cached: 40 }, nowMs: 0 });
    commit();
    expect((virtual() ?? Number.NaN) - charged).toBe((100 - 40 + 2 * 10) / 0.5 - 100 / 0.5);
  });
});

test('a session goes where its last request ran', () => {
  const { on, acquire, commit } = world();
  on({ on: 'open', replica: 'a', capacity: { kvTokens: 1_000, sequencesMax: 9 } });
  on({ on: 'open', replica: 'b', capacity: { kvTokens: 900, sequencesMax: 9 } });
  acquire('large', { costTokens: 200 });
  acquire('k1', { affinity: 'session' });
  expect(grants(commit()).map(({ replica }) => replica)).toEqual(['a', 'b']);
  on(finish('large'));
  acquire('k2', { affinity: 'session' });
  expect(grants(commit()).map(({ replica }) => replica)).toEqual(['b']);
});

test('an engine in which requests wait is given less, until it has room again', () => {
  const { pool, on } = world();
  on({ on: 'open', replica: 'a', capacity });
  const load = { waiting: 9, preemptions: 0, kvUsage: 0.99 };
  for (const nowMs of [1_000, 2_000]) on({ on: 'observe', replica: 'a', load, nowMs });
  expect(pool.replicas.get('a')?.target.share).toBeCloseTo(0.95);
});
