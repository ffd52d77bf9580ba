import { describe, expect, test } from 'bun:test';
import {
  capacity,
  createTimedMachine,
  giveBack,
  granted,
  grants,
  idsInLine,
  world,
  type World,
} from '../fixtures/pool-world.ts';
import { argumentsOf } from '../redis-script.ts';
import { takeCommit } from './turn.ts';

const small = { kvTokens: 100, sequencesMax: 1 };

/** Replicas in the midst of a change: `old` on `a`, `new` on `b`; each takes one ticket. */
function changing(): World {
  const it = world();
  it.on({ on: 'open', replica: 'a', capacity: { ...small, model: 'old' } });
  it.on({ on: 'open', replica: 'b', capacity: { ...small, model: 'new' } });
  return it;
}

describe('while replicas have different models', () => {
  test('who asks for one gets it, and is told which it got', () => {
    const { acquire, commit } = changing();
    for (const id of ['k1', 'k2']) acquire(id, { variant: 'new' });
    expect(grants(commit())).toMatchObject([{ ticket: { id: 'k1' }, replica: 'b', model: 'new' }]);
    acquire('k3');
    expect(grants(commit())).toMatchObject([{ ticket: { id: 'k3' }, replica: 'a', model: 'old' }]);
  });

  test('who asks for what nobody has or will have gets any', () => {
    const { acquire, commit } = changing();
    acquire('k1', { variant: 'former' });
    expect(grants(commit())).toHaveLength(1);
  });

  test('one that gave a ticket back gets it again where it is the only one that may', () => {
    const { on, acquire, commit } = changing();
    acquire('k1', { variant: 'new' });
    expect(granted(commit())).toEqual([['k1', 'b']]);
    on(giveBack('k1'));
    on({ on: 'resume', replica: 'b' });
    expect(granted(commit())).toEqual([['k1', 'b']]);
  });

  test('a claim of a replica that has another model by then is given back', () => {
    const { on, pool, acquire, answer, commit } = changing();
    on({ on: 'expect', models: ['old', 'new'] });
    acquire('k1', { variant: 'new' });
    const reply = answer();
    on({ on: 'close', replica: 'b' });
    on({ on: 'open', replica: 'b', capacity: { ...small, model: 'old' } });
    expect(granted(on({ on: 'committed', reply, nowMs: 0 }))).toEqual([]);
    expect(granted(commit())).toEqual([]);
    expect([...pool.waiting.keys()]).toEqual(['k1']);
  });
});

describe('a model that no replica has yet', () => {
  test('is waited for while it is expected', () => {
    const it = world();
    it.on({ on: 'open', replica: 'a', capacity: { ...capacity, model: 'old' } });
    it.on({ on: 'expect', models: ['old', 'new'] });
    it.acquire('k1', { variant: 'new' });
    expect(grants(it.commit())).toEqual([]);
    it.on({ on: 'open', replica: 'b', capacity: { ...capacity, model: 'new' } });
    expect(granted(it.commit())).toEqual([['k1', 'b']]);
  });
});

describe('a model that goes', () => {
  /** `k1` waits for `new`, which only `b` has. */
  function waitsForNew(): World {
    const it = changing();
    it.acquire('k0', { variant: 'new' });
    it.acquire('k1', { variant: 'new' });
    expect(granted(it.commit())).toEqual([['k0', 'b']]);
    return it;
  }

  test('is waited for no more: its tickets go to whoever has room', () => {
    const it = waitsForNew();
    it.on({ on: 'close', replica: 'b' });
    expect(granted(it.commit())).toEqual([['k1', 'a']]);
    expect(idsInLine(it.machine)).toEqual([]);
  });

  test('unless it comes back', () => {
    const it = waitsForNew();
    it.on({ on: 'expect', models: ['old', 'new'] });
    it.on({ on: 'close', replica: 'b' });
    expect(granted(it.commit())).toEqual([]);
    it.on({ on: 'expect', models: ['old'] });
    expect(granted(it.commit())).toEqual([['k1', 'a']]);
  });

  test('before an admission was heard too', () => {
    const it = changing();
    it.acquire('k0', { variant: 'new' });
    it.commit();
    it.acquire('k1', { variant: 'new' });
    const reply = it.answer();
    it.on({ on: 'close', replica: 'b' });
    it.on({ on: 'committed', reply, nowMs: 0 });
    it.on({ on: 'pulse', nowMs: 0 });
    expect(granted(it.commit())).toEqual([['k1', 'a']]);
  });
});

describe('replicas of another node', () => {
  /** The origin `n` has `old`; the worker `m` has `new`. */
  function pair() {
    const machine = createTimedMachine();
    const [origin, worker] = [world(10, {}, machine), world(10, { node: 'm' }, machine)];
    origin.on({ on: 'open', replica: 'a', capacity: { ...capacity, model: 'old' } });
    worker.on({ on: 'open', replica: 'a', capacity: { ...capacity, model: 'new' } });
    const beat = (): void => {
      for (const it of [worker, origin, worker]) {
        it.on({ on: 'pulse', nowMs: 5_000 });
        it.pool.beatAtMs = 0;
        it.commit(5_000);
      }
    };
    beat();
    return { origin, worker, beat };
  }

  test('are asked for by the model that they announce, and told by it', () => {
    const { origin, worker } = pair();
    origin.acquire('k1', { variant: 'new' });
    expect(grants(origin.commit())).toEqual([]);
    worker.on({ on: 'poll' });
    const [hosted] = worker.commit().flatMap((it) => (it.do === 'host' ? [it.hosted] : []));
    expect(hosted).toMatchObject({ entry: { id: 'k1', variant: 'new' } });
    const guest = {
      pool: 'heavy',
      claim: hosted?.claim ?? '',
      id: 'k1',
      origin: 'n:first',
      replica: 'm/a',
      alone: false,
    };
    expect(grants(origin.on({ on: 'asked', guest, nowMs: 0 }))).toMatchObject([{ isRemote: true, model: 'new' }]);
  });

  test('are waited for until they are gone', () => {
    const { origin, worker, beat } = pair();
    worker.on({ on: 'close', replica: 'a' });
    origin.acquire('k1', { variant: 'new' });
    expect(grants(origin.commit())).toEqual([]);
    beat();
    expect([...origin.pool.variants]).toEqual([]);
    expect([...origin.pool.running.keys()]).toEqual(['k1']);
  });
});

describe('while all replicas have one model', () => {
  test('the store hears of no variant', () => {
    const { on, pool, acquire } = world();
    on({ on: 'open', replica: 'a', capacity: { ...capacity, model: 'only' } });
    on({ on: 'expect', models: ['only'] });
    acquire('k1', { variant: 'only' });
    const [text] = argumentsOf(takeCommit(pool, 0));
    expect(text).not.toContain('only');
    expect(text).not.toContain('variant');
  });
});
