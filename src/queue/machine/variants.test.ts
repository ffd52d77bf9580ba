import { expect } from 'bun:test';
import { HOLD_AFTER_MS, PASSES_PER_COMMIT_MAX, SKIPS_PER_COMMIT_MAX } from '../bounds.ts';
import type { Claimed } from '../store.ts';
import { describeBoth } from './fixtures/both-machines.ts';
import { admission, idsOf, NO_LIMITS, offer } from './fixtures/pool.ts';

const replicasOf = (claims: readonly Claimed[]): string[] => claims.map((it) => `${it.entry.id} ${it.replica}`);
const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
const OLD = offer({ replica: 'a/0', variant: 'acme/old 4B' });
const NEW = offer({ replica: 'a/1', variant: 'acme/new-4B' });
const forNew = { variant: 'acme/new-4B' };
const forOld = { variant: 'acme/old 4B' };

describeBoth({
  'a ticket of a variant goes to a replica of it, whoever has more room; others go anywhere': async (pool) => {
    const node = await pool.node('a');
    await node.commit([admission('n', forNew), admission('o', forOld), admission('any')]);
    const claims = await node.claim(offer({ ...OLD, roomTokens: 900 }), offer({ ...NEW, roomTokens: 300 }));
    expect(replicasOf(claims).toSorted()).toEqual(['any a/0', 'n a/1', 'o a/0']);
    expect(claims.find((it) => it.entry.id === 'n')?.entry).toMatchObject({ tenant: 'acme', ...forNew });
  },

  'no replica that does not say its variant takes one': async (pool) => {
    const node = await pool.node('a');
    await node.commit([admission('n', forNew)]);
    expect(await node.claim(offer({ idle: true }))).toEqual([]);
    expect(await node.claim(OLD)).toEqual([]);
    expect(idsOf(await node.claim(NEW))).toEqual(['n']);
  },

  'nor in an empty line': async (pool) => {
    const node = await pool.node('a');
    expect(await node.commit([admission('n', forNew)], [OLD])).toMatchObject({ claims: [], depth: 1 });
    expect(await node.commit([admission('n2', forNew)], [NEW])).toMatchObject({ depth: 0 });
    expect(await node.commit([admission('direct', forNew)], [NEW])).toMatchObject({ claims: [{ kind: 'direct' }] });
  },

  'one that waits holds up nobody: not its own tenant, nor however many others': async (pool) => {
    const node = await pool.node('a');
    const tenants = range(PASSES_PER_COMMIT_MAX - 1).map((at) => `tenant-${String(at).padStart(3, '0')}`);
    await node.commit(tenants.map((tenant) => admission(`n ${tenant}`, { tenant, ...forNew })));
    await node.commit([admission('mine', { tenant: 'tenant-000' }), admission('last', { tenant: 'z' })]);
    pool.wait(HOLD_AFTER_MS);
    expect(idsOf(await node.claim(OLD))).toEqual(['mine', 'last']);
  },

  'not by what is too large for its replica either': async (pool) => {
    const node = await pool.node('a');
    const tenants = range(SKIPS_PER_COMMIT_MAX + 2).map((at) => `tenant-${at}`);
    await node.commit(tenants.map((tenant) => admission(`n ${tenant}`, { tenant, ...forNew, costTokens: 900 })));
    await node.commit([admission('last', { tenant: 'z' })]);
    expect(replicasOf(await node.claim(OLD, offer({ ...NEW, roomTokens: 500 })))).toEqual(['last a/0']);
  },

  'once it is old it keeps a replica of its variant free, and no other': async (pool) => {
    const node = await pool.node('a');
    const small = range(4).map((at) => admission(`${at}`, { tenant: 'z' }));
    await node.commit([admission('huge', { ...forNew, costTokens: 900 }), ...small]);
    pool.wait(HOLD_AFTER_MS);
    const [big, tight] = [offer({ ...OLD, roomTokens: 5_000, roomSequences: 2 }), offer({ ...NEW, roomTokens: 500 })];
    expect(replicasOf(await node.claim(big, tight))).toEqual(['0 a/0', '1 a/0']);
    expect(idsOf(await node.claim(offer({ ...NEW, roomTokens: 900 })))).toEqual(['huge']);
  },

  'its tickets keep their order among each other': async (pool) => {
    const node = await pool.node('a');
    await node.commit(range(5).map((at) => admission(`${at}`, at % 2 === 0 ? forNew : {})));
    expect(idsOf(await node.claim(NEW)).filter((id) => Number(id) % 2 === 0)).toEqual(['0', '2', '4']);
  },

  'a tenant may have as many in that line as in its own': async (pool) => {
    const node = await pool.node('a');
    const limits = { ...NO_LIMITS, tenantDepthMax: 1 };
    await node.commit([admission('1', {}, limits)]);
    expect(await node.do(admission('2', {}, limits))).toMatchObject({ why: 'tenant_full' });
    expect(await node.do(admission('n1', forNew, limits))).toMatchObject({ type: 'admitted' });
    expect(await node.do(admission('n2', forNew, limits))).toMatchObject({ why: 'tenant_full', depth: 1 });
  },

  'but its rate is one': async (pool) => {
    const node = await pool.node('a');
    const limits = { ...NO_LIMITS, requestsPerMinute: 1 };
    await node.commit([admission('1', {}, limits)]);
    expect(await node.do(admission('n1', forNew, limits))).toMatchObject({ type: 'limited', by: 'requests' });
  },

  'given back it stands where it stood; what it cost is corrected there': async (pool) => {
    const node = await pool.node('a');
    await node.commit([admission('n0', forNew), admission('n1', forNew)]);
    const [first] = await node.claim(offer({ ...NEW, roomSequences: 1 }));
    expect(await node.do({ type: 'give_back', claim: first?.claim ?? '', alone: false })).toEqual({ type: 'done' });
    expect(idsOf(await node.claim(offer({ ...NEW, roomSequences: 1 })))).toEqual(['n0']);
    const { life: origin } = node;
    await node.do({ type: 'restore_ticket', entry: { ...(first?.entry ?? never()), id: 'n2', origin }, alone: false });
    expect(idsOf(await node.claim(NEW))).toEqual(['n2', 'n1']);
  },

  'a suspect runs alone on a replica of any variant': async (pool) => {
    const node = await pool.node('a');
    await node.commit([admission('n', forNew)]);
    const [claimed] = await node.claim(NEW);
    await node.do({ type: 'give_back', claim: claimed?.claim ?? '', alone: true });
    expect(await node.claim(NEW)).toEqual([]);
    expect(idsOf(await node.claim(offer({ ...OLD, idle: true, alone: true })))).toEqual(['n']);
  },
});

function never(): never {
  throw new Error('nothing was claimed');
}
