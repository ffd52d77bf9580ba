import { expect } from 'bun:test';
import { SWEPT_PER_COMMIT_MAX, type Transition } from '../store.ts';
import { describeBoth } from './fixtures/both-machines.ts';
import { admission, idsOf, LEASE_MS, offer } from './fixtures/pool.ts';

const beat: Transition = { type: 'beat', leaseMs: LEASE_MS, rooms: 'r' };

describeBoth({
  'a commit of a life that never was, or is over, changes nothing': async (pool) => {
    const former = await pool.node('a');
    const node = await pool.node('a', former.life);
    expect(await former.commit([admission('1')])).toEqual({ type: 'superseded' });
    expect(await node.depths()).toEqual([0, 0]);
    expect(await node.do(beat)).toEqual({ type: 'alive', lives: [{ life: node.life, rooms: 'r' }] });
  },

  'a lapsed life is current until another one clears it': async (pool) => {
    const [a, b] = [await pool.node('a'), await pool.node('b')];
    pool.wait(LEASE_MS + 1);
    expect(await a.commit([])).toMatchObject({ type: 'committed' });
    expect(await b.do(beat)).toEqual({ type: 'alive', lives: [{ life: b.life, rooms: 'r' }] });
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

  'what a life ran that its own node has replaced is dropped': async (pool) => {
    const [a, b] = [await pool.node('a'), await pool.node('b')];
    await a.commit([admission('a1')]);
    await b.claim(offer());
    await pool.node('b', b.life);
    expect(await a.depths()).toEqual([0, 0]);
  },

  'a crashed process left its claims to their origins: the next one knows no former life': async (pool) => {
    const [a, b] = [await pool.node('a'), await pool.node('b')];
    await a.commit([admission('a1')]);
    await b.claim(offer());
    await pool.node('b');
    expect(await a.depths()).toEqual([1, 0]);
  },

  'a suspect goes back apart': async (pool) => {
    const [a, b] = [await pool.node('a'), await pool.node('b')];
    await a.commit([admission('a1')]);
    for (const { claim } of await b.claim(offer())) await b.do({ type: 'give_back', claim, alone: true });
    expect(await b.claim(offer({ idle: true, alone: true }))).toHaveLength(1);
    await pool.node('b');
    expect(await a.depths()).toEqual([0, 1]);
  },

  'a suspect that its origin has set apart stays there when the dead worker that ran it is cleared': async (pool) => {
    const [a, b] = [await pool.node('a'), await pool.node('b')];
    await a.commit([admission('a1')]);
    for (const { entry } of await b.claim(offer())) await a.do({ type: 'restore_ticket', entry, alone: true });
    expect(await a.depths()).toEqual([0, 1]);
    await pool.node('b');
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
