import { expect } from 'bun:test';
import type { PlacedEntry } from '../store.ts';
import { describeBoth } from './fixtures/both-machines.ts';
import { admission, entry, idsOf, NO_LIMITS, offer } from './fixtures/pool.ts';

describeBoth({
  'a cancelled ticket is gone, once; only its origin can': async (pool) => {
    const [node, other] = [await pool.node('a'), await pool.node('b')];
    await node.commit([admission('1'), admission('2')]);
    const cancel = { type: 'cancel', id: '1', refund: undefined } as const;
    expect(await other.do(cancel)).toEqual({ type: 'stale' });
    expect(await node.do(cancel)).toEqual({ type: 'done' });
    expect(await node.do(cancel)).toEqual({ type: 'stale' });
    expect(idsOf(await node.claim(offer()))).toEqual(['2']);
  },

  'a claim ends once': async (pool) => {
    const node = await pool.node('a');
    const reply = await node.commit([admission('1')], [offer()]);
    const claim = reply.type === 'committed' ? (reply.claims[0]?.claim ?? '') : '';
    const finish = { type: 'finish', claim, charge: undefined, rate: undefined } as const;
    expect(await node.do(finish)).toEqual({ type: 'done' });
    expect(await node.do(finish)).toEqual({ type: 'stale' });
    expect(await node.do({ type: 'give_back', claim, alone: false })).toEqual({ type: 'stale' });
  },

  'what is given back is at its old place, and its tenant has its charge back': async (pool) => {
    const node = await pool.node('a');
    await node.commit([
      admission('1'),
      admission('2'),
      admission('z1', { tenant: 'z' }),
      admission('z2', { tenant: 'z' }),
    ]);
    const [first] = await node.claim(offer({ roomSequences: 1 }));
    await node.do({ type: 'give_back', claim: first?.claim ?? '', alone: false });
    expect(idsOf(await node.claim(offer()))).toEqual(['1', 'z1', 'z2', '2']);
  },

  'a ticket of another node goes back to it, and can be cancelled there': async (pool) => {
    const [node, other] = [await pool.node('a'), await pool.node('b')];
    await node.commit([admission('1')]);
    const [claim] = await other.claim(offer({ replica: 'b/0' }));
    expect(claim).toMatchObject({ entry: { origin: node.life } });
    await other.do({ type: 'give_back', claim: claim?.claim ?? '', alone: true });
    expect(await node.depths()).toEqual([0, 1]);
    expect(await node.do({ type: 'look', id: '1' })).toEqual({ type: 'ahead', tickets: 0 });
    expect(await node.do({ type: 'cancel', id: '1', refund: undefined })).toEqual({ type: 'done' });
    expect(await node.depths()).toEqual([0, 0]);
  },

  'how many are ahead: its own tenant, as many of each other one, and the other tiers by their shares': async (
    pool,
  ) => {
    const node = await pool.node('a');
    const own = ['1', '2', '3', '4'].map((id) => admission(id));
    const others = ['x', 'y'].flatMap((tenant) => [1, 2, 3].map((at) => admission(`${tenant}${at}`, { tenant })));
    await node.commit([...own, ...others]);
    expect(await node.do({ type: 'look', id: '1' })).toEqual({ type: 'ahead', tickets: 1 });
    expect(await node.do({ type: 'look', id: '3' })).toEqual({ type: 'ahead', tickets: 7 });
    expect(await node.do({ type: 'look', id: '4' })).toEqual({ type: 'ahead', tickets: 9 });
    const urgent = admission('i', { priority: 'interactive' }, { ...NO_LIMITS, look: true });
    expect(await node.do(urgent)).toMatchObject({ ahead: 0 });
    expect(await node.do({ type: 'look', id: '1' })).toEqual({ type: 'ahead', tickets: 2 });
    expect(await node.do({ type: 'look', id: '5' })).toEqual({ type: 'stale' });
  },

  'a restored ticket is there once, in line or apart, and newcomers are behind it': async (pool) => {
    const node = await pool.node('a');
    const restored: PlacedEntry = { ...entry('1'), order: 8e15, origin: node.life };
    for (const alone of [true, true, false, false, true, false]) {
      await node.do({ type: 'restore_ticket', entry: restored, alone });
      expect(await node.depths()).toEqual(alone ? [0, 1] : [1, 0]);
    }
    expect(await node.do(admission('2'))).toMatchObject({ order: 8e15 + 1 });
    expect(idsOf(await node.claim(offer()))).toEqual(['1', '2']);
  },

  'a restored claim can be finished and given back': async (pool) => {
    const node = await pool.node('a');
    const restored = { ...entry('1'), order: 1, origin: node.life };
    const transition = { type: 'restore_claim', claim: 'c', replica: 'a/0', kind: 'line', entry: restored } as const;
    await node.commit([transition, transition]);
    expect(await node.do({ type: 'give_back', claim: 'c', alone: false })).toEqual({ type: 'done' });
    expect(await node.claim(offer())).toMatchObject([{ entry: restored }]);
  },
});
