import { expect } from 'bun:test';
import { LEASE_LEFT_MS_MAX, SWEPT_PER_COMMIT_MAX } from '../bounds.ts';
import type { Transition } from '../store.ts';
import { describeBoth } from './fixtures/both-machines.ts';
import { admission, idsOf, LEASE_MS, NO_LIMITS, offer } from './fixtures/pool.ts';

const beat = { type: 'beat', leaseMs: LEASE_MS, rooms: 'r' } satisfies Transition;

describeBoth({
  'a commit of a life that never was, or is over, changes nothing': async (pool) => {
    const former = await pool.node('a');
    const node = await pool.node('a');
    expect(await former.commit([admission('1')])).toEqual({ type: 'superseded' });
    expect(await node.depths()).toEqual([0, 0]);
    expect(await node.do(beat)).toMatchObject({ type: 'alive', lives: [{ life: node.life, rooms: 'r' }] });
  },

  'a lapsed life is current until another one clears it': async (pool) => {
    const [a, b] = [await pool.node('a'), await pool.node('b')];
    pool.wait(LEASE_MS + 1);
    expect(await a.commit([])).toMatchObject({ type: 'committed' });
    expect(await b.do(beat)).toMatchObject({ type: 'alive', lives: [{ life: b.life, rooms: 'r' }] });
    expect(await a.commit([])).toEqual({ type: 'superseded' });
  },

  'a lease ends after its time, not at it': async (pool) => {
    const [a, b] = [await pool.node('a'), await pool.node('b')];
    pool.wait(LEASE_MS);
    await b.do(beat);
    expect(await a.commit([])).toMatchObject({ type: 'committed' });
  },

  'what a dead worker ran goes back where its origin lives; tickets of a dead origin go': async (pool) => {
    const [a, b] = [await pool.node('a'), await pool.node('b')];
    await a.commit([admission('a1'), admission('a2')]);
    await b.commit([admission('b1'), admission('b2')]);
    expect(idsOf(await b.claim(offer({ roomSequences: 3 })))).toEqual(['a1', 'a2', 'b1']);
    pool.wait(LEASE_MS + 1);
    await a.do(beat);
    expect(await a.depths()).toEqual([2, 0]);
    expect(idsOf(await a.claim(offer()))).toEqual(['a1', 'a2']);
  },

  'of what a life ran that its own node has replaced goes back what is not restored': async (pool) => {
    const [a, b] = [await pool.node('a'), await pool.node('b')];
    await a.commit([admission('a1'), admission('a2')]);
    const [kept] = await b.claim(offer());
    const next = await pool.node('b');
    if (kept) await next.do({ type: 'restore_claim', ...kept });
    await a.do(beat);
    expect(await next.claim(offer())).toMatchObject([{ entry: { id: 'a2' } }]);
    const finish = { type: 'finish', claim: kept?.claim ?? '', charge: undefined, rate: undefined } as const;
    expect(await next.do(finish)).toEqual({ type: 'done' });
    expect(await a.depths()).toEqual([0, 0]);
  },

  'no life of a process begins after a later one': async (pool) => {
    await pool.node('a', 'process.9');
    const second = await pool.node('a', 'process.10');
    const early = await pool.begin('a', 'process.9');
    expect(early).toEqual({ type: 'superseded' });
    expect(await second.depths()).toEqual([0, 0]);
    expect(await pool.begin('a', 'another.1')).toMatchObject({ type: 'committed' });
    expect(await second.commit([])).toEqual({ type: 'superseded' });
  },

  'a suspect goes back apart': async (pool) => {
    const [a, b] = [await pool.node('a'), await pool.node('b')];
    await a.commit([admission('a1')]);
    for (const { claim } of await b.claim(offer())) await b.do({ type: 'give_back', claim, alone: true });
    expect(await b.claim(offer({ idle: true, alone: true }))).toHaveLength(1);
    await pool.node('b');
    await a.do(beat);
    expect(await a.depths()).toEqual([0, 1]);
  },

  'a suspect that its origin has set apart stays there when the dead worker that ran it is cleared': async (pool) => {
    const [a, b] = [await pool.node('a'), await pool.node('b')];
    await a.commit([admission('a1')]);
    for (const { entry } of await b.claim(offer())) await a.do({ type: 'restore_ticket', entry, alone: true });
    expect(await a.depths()).toEqual([0, 1]);
    await pool.node('b');
    await a.do(beat);
    expect(await a.depths()).toEqual([0, 1]);
  },

  'a ticket of a dead origin is not claimed, even before it is cleared; many do not stop the others': async (pool) => {
    const [a, b] = [await pool.node('a'), await pool.node('b')];
    for (const batch of [1, 2, 3]) {
      await a.commit(Array.from({ length: SWEPT_PER_COMMIT_MAX }, (_, at) => admission(`${batch}/${at}`)));
    }
    await b.commit([admission('mine'), admission('other', { tenant: 'z' })]);
    pool.wait(LEASE_MS + 1);
    const first = await b.commit([beat], [offer()]);
    expect(first).toMatchObject({ claims: [{ entry: { id: 'other' } }], depth: SWEPT_PER_COMMIT_MAX + 1, more: true });
    expect(await b.commit([], [offer()])).toMatchObject({ claims: [{ entry: { id: 'mine' } }], depth: 0, more: false });
  },

  'bug: what a life has left keeps no newcomer out, of the pool or of its tenant, and is not ahead of it': async (
    pool,
  ) => {
    const left = await pool.node('a');
    await left.commit(Array.from({ length: SWEPT_PER_COMMIT_MAX * 2 }, (_, at) => admission(`left${at}`)));
    await pool.node('a');
    const b = await pool.node('b');
    pool.policy = { ...pool.policy, depthMax: 2 };
    const limits = { ...NO_LIMITS, tenantDepthMax: 1, look: true };
    expect(await b.do(admission('b1', {}, limits))).toMatchObject({ type: 'admitted', ahead: 0 });
    expect(await b.do(admission('b2', {}, limits))).toEqual({ type: 'refused', why: 'tenant_full', depth: 1 });
    expect(await b.do(beat)).toMatchObject({ type: 'alive' });
    expect(await b.do(admission('b3', { tenant: 'z' }, limits))).toMatchObject({ type: 'admitted' });
    expect(await b.do(admission('b4', { tenant: 'y' }, limits))).toEqual({
      type: 'refused',
      why: 'pool_full',
      depth: 2,
    });
  },

  'bug: a lease that a clock gave which was set back since ends within a minute': async (pool) => {
    const [a, b] = [await pool.node('a'), await pool.node('b')];
    pool.wait(-3_600_000);
    await b.do(beat);
    pool.wait(LEASE_LEFT_MS_MAX);
    await b.do(beat);
    expect(await a.commit([])).toMatchObject({ type: 'committed' });
    pool.wait(1);
    await b.do(beat);
    expect(await a.commit([])).toEqual({ type: 'superseded' });
  },

  'a node that leaves shortens no other lease': async (pool) => {
    const [a, b] = [await pool.node('a'), await pool.node('b')];
    await b.do({ ...beat, leaseMs: 1 });
    pool.wait(LEASE_MS);
    await (await pool.node('c')).do(beat);
    expect(await a.commit([])).toMatchObject({ type: 'committed' });
  },

  'it is cleared in pieces': async (pool) => {
    const a = await pool.node('a');
    await a.commit(Array.from({ length: SWEPT_PER_COMMIT_MAX + 20 }, (_, at) => admission(`${at}`)));
    const b = await pool.node('b');
    pool.wait(LEASE_MS + 1);
    await b.do(beat);
    expect(await b.depths()).toEqual([20, 0]);
    await b.do(beat);
    expect(await b.depths()).toEqual([0, 0]);
  },
});
