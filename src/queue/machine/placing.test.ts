import { expect } from 'bun:test';
import { CLAIMS_PER_COMMIT_MAX, HOLD_AFTER_MS, SKIPS_PER_COMMIT_MAX } from '../bounds.ts';
import type { Claimed } from '../store.ts';
import { describeBoth } from './fixtures/both-machines.ts';
import { admission, idsOf, offer } from './fixtures/pool.ts';

const replicasOf = (claims: readonly Claimed[]): string[] => claims.map((it) => `${it.entry.id} ${it.replica}`);
const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

describeBoth({
  'the replica with most room is first, of equals the first one': async (pool) => {
    const node = await pool.node('a');
    await node.commit([admission('1'), admission('2'), admission('3')]);
    const claims = await node.claim(
      offer({ replica: 'a/0', roomTokens: 300 }),
      offer({ replica: 'a/1', roomTokens: 400 }),
    );
    expect(replicasOf(claims)).toEqual(['1 a/1', '2 a/0', '3 a/1']);
  },

  'the preferred one wins while it has half the room of the best': async (pool) => {
    const node = await pool.node('a');
    await node.commit(range(3).map((at) => admission(`${at}`, { prefer: 'a/0' })));
    const claims = await node.claim(
      offer({ replica: 'a/0', roomTokens: 300 }),
      offer({ replica: 'a/1', roomTokens: 500 }),
    );
    expect(replicasOf(claims)).toEqual(['0 a/0', '1 a/1', '2 a/0']);
  },

  'an idle replica takes a ticket of any size, then nothing more': async (pool) => {
    const node = await pool.node('a');
    await node.commit([admission('huge', { costTokens: 5_000 }), admission('small', { tenant: 'z' })]);
    expect(idsOf(await node.claim(offer({ roomTokens: 1_000, idle: true })))).toEqual(['huge']);
    expect(await node.depths()).toEqual([1, 0]);
  },

  'what fits nowhere is passed over, with its tenant': async (pool) => {
    const node = await pool.node('a');
    const line = [admission('huge', { costTokens: 900 }), admission('mine'), admission('other', { tenant: 'z' })];
    await node.commit(line);
    expect(idsOf(await node.claim(offer({ roomTokens: 500 })))).toEqual(['other']);
  },

  'once it is old it keeps the replica with most room to itself': async (pool) => {
    const node = await pool.node('a');
    const [big, small] = [offer({ replica: 'a/0', roomTokens: 500 }), offer({ replica: 'a/1', roomTokens: 400 })];
    await node.commit([
      admission('huge', { costTokens: 900 }),
      ...range(9).map((at) => admission(`${at}`, { tenant: 'z' })),
    ]);
    pool.wait(HOLD_AFTER_MS - 1);
    expect(replicasOf(await node.claim({ ...big, roomSequences: 1 }))).toEqual(['0 a/0']);
    pool.wait(1);
    expect(replicasOf(await node.claim(big, small))).toEqual(['1 a/1', '2 a/1', '3 a/1', '4 a/1']);
    expect(idsOf(await node.claim({ ...big, roomTokens: 900 }))).toEqual(['huge']);
  },

  'a replica does not take a ticket it is excepted from': async (pool) => {
    const node = await pool.node('a');
    await node.commit([admission('1')]);
    expect(await node.claim(offer({ exceptIds: ['0', '1'] }))).toEqual([]);
    expect(idsOf(await node.claim(offer({ exceptIds: ['0'] })))).toEqual(['1']);
  },

  'the reserve is for tenants who are not ahead, and for whom an idle replica is free': async (pool) => {
    const node = await pool.node('a');
    await node.commit([admission('1'), admission('2'), admission('z', { tenant: 'z' })]);
    const rest = { roomSequences: 1, reserveTokens: 50 };
    expect(idsOf(await node.claim(offer({ ...rest, roomTokens: 100 })))).toEqual(['1']);
    expect(idsOf(await node.claim(offer({ ...rest, roomTokens: 149 })))).toEqual(['z']);
    expect(await node.claim(offer({ ...rest, roomTokens: 149 }))).toEqual([]);
    expect(idsOf(await node.claim(offer({ ...rest, roomTokens: 150 })))).toEqual(['2']);
    await node.commit([admission('3')]);
    expect(idsOf(await node.claim(offer({ ...rest, roomTokens: 100, idle: true })))).toEqual(['3']);
  },

  'bug: suspects that a replica may not take hide none that it may': async (pool) => {
    const node = await pool.node('a');
    const ids = range(30).map((at) => `${at}`);
    await node.commit(ids.map((id) => admission(id)));
    for (const { claim } of await node.claim(offer())) await node.do({ type: 'give_back', claim, alone: true });
    const alone = offer({ idle: true, alone: true, exceptIds: ids.slice(0, 29) });
    expect(idsOf(await node.claim(alone))).toEqual(['29']);
    expect(await node.claim(alone)).toEqual([]);
  },

  'a replica kept for one suspect takes the first that may run there, and nothing of the line': async (pool) => {
    const node = await pool.node('a');
    await node.commit([admission('1'), admission('2'), admission('3')]);
    for (const { claim } of await node.claim(offer({ roomSequences: 2 }))) {
      await node.do({ type: 'give_back', claim, alone: true });
    }
    const alone = offer({ idle: true, alone: true, exceptIds: ['1'] });
    expect(await node.depths()).toEqual([1, 2]);
    expect(await node.claim(alone)).toMatchObject([{ kind: 'alone', entry: { id: '2' } }]);
    expect(await node.claim(offer())).toMatchObject([{ kind: 'line', entry: { id: '3' } }]);
    expect(await node.depths()).toEqual([0, 1]);
  },

  'a ticket that meets an empty line and room is claimed at once, uncharged; the next one waits its turn': async (
    pool,
  ) => {
    const node = await pool.node('a');
    const reply = await node.commit([admission('1', { charge: 900 }), admission('2')], [offer({ roomSequences: 1 })]);
    expect(reply).toMatchObject({ claims: [{ kind: 'direct', entry: { id: '1' } }], depth: 1, served: 0 });
    await node.commit([admission('z', { tenant: 'z' })]);
    expect(idsOf(await node.claim(offer()))).toEqual(['2', 'z']);
  },

  'a full line is first offered to the replicas': async (pool) => {
    const node = await pool.node('a');
    pool.policy = { ...pool.policy, depthMax: 2 };
    const reply = await node.commit(['1', '2', '3', '4'].map((id) => admission(id)));
    const full = { type: 'refused', why: 'pool_full', depth: 2 };
    expect(reply).toMatchObject({ results: [{ type: 'admitted' }, { type: 'admitted' }, full, full] });
    const second = await node.commit([admission('5'), admission('6')], [offer({ roomSequences: 1 })]);
    expect(second).toMatchObject({ results: [{ type: 'admitted' }, full], claims: [{ entry: { id: '1' } }], depth: 2 });
  },

  'a commit claims and passes over so many and no more': async (pool) => {
    const node = await pool.node('a');
    const tenants = range(SKIPS_PER_COMMIT_MAX).map((at) => `a${at}`);
    for (const half of ['x', 'y'])
      await node.commit(range(200).map((at) => admission(`${half}${at}`, { tenant: 'z' })));
    expect(await node.claim(offer({ roomSequences: 500 }))).toHaveLength(CLAIMS_PER_COMMIT_MAX);
    await node.claim(offer({ roomSequences: 500 }));
    await node.commit(
      [...tenants, 'b'].map((tenant) => admission(tenant, { tenant, costTokens: tenant === 'b' ? 1 : 9 })),
    );
    expect(await node.claim(offer({ roomTokens: 5 }))).toEqual([]);
    await node.do({ type: 'cancel', id: 'a3', refund: undefined });
    expect(idsOf(await node.claim(offer({ roomTokens: 5 })))).toEqual(['b']);
  },
});
