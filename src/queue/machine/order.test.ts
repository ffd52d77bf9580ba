import { expect } from 'bun:test';
import { describeBoth } from './fixtures/both-machines.ts';
import { admission, idsOf, offer, type PoolNode } from './fixtures/pool.ts';

/** Claims one by one: the order of service. */
async function served(node: PoolNode, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let taken = 0; taken < count; taken += 1) ids.push(...idsOf(await node.claim(offer({ roomSequences: 1 }))));
  return ids;
}

const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
const many = (name: string, count: number, rest: Parameters<typeof admission>[1]) =>
  range(count).map((at) => admission(`${name}${at}`, { tenant: name, ...rest }));

describeBoth({
  'a tenant is served in the order of arrival': async (pool) => {
    const node = await pool.node('a');
    await node.commit([admission('1'), admission('2'), admission('3')]);
    expect(idsOf(await node.claim(offer()))).toEqual(['1', '2', '3']);
  },

  'tenants take turns by what they were charged, ties by name': async (pool) => {
    const node = await pool.node('a');
    await node.commit([...many('loud', 5, { charge: 150 }), ...many('dear', 2, { charge: 400 })]);
    expect(await served(node, 7)).toEqual(['dear0', 'loud0', 'loud1', 'loud2', 'dear1', 'loud3', 'loud4']);
  },

  'names are compared by their bytes, whatever the locale': async (pool) => {
    const node = await pool.node('a');
    await node.commit(['b', 'B', 'a', '_', 'a.b', 'a-b'].map((tenant) => admission(tenant, { tenant })));
    expect(idsOf(await node.claim(offer()))).toEqual(['B', '_', 'a', 'a-b', 'a.b', 'b']);
  },

  'one call serves as one by one': async (pool) => {
    const node = await pool.node('a');
    const line = range(40).flatMap((at) => many(`t${at}`, 2, { charge: 100 + (at % 7) }));
    await node.commit(line);
    const byName = range(40).map((at) => `t${at}0`);
    const first = await node.claim(offer({ roomSequences: 40 }));
    expect(idsOf(first)).toEqual(byName.toSorted());
    expect(await served(node, 40)).toHaveLength(40);
  },

  'the one in turn stays until it is a quantum ahead': async (pool) => {
    const node = await pool.node('a');
    pool.policy = { ...pool.policy, quantum: 150 };
    await node.commit([...many('x', 5, {}), ...many('y', 5, {})]);
    expect(await served(node, 8)).toEqual(['x0', 'x1', 'y0', 'y1', 'y2', 'y3', 'x2', 'x3']);
  },

  'who comes back has no credit: it starts where the others are': async (pool) => {
    const node = await pool.node('a');
    await node.commit([...many('busy', 8, {})]);
    await served(node, 5); // the last one began at 400
    await node.commit(many('new', 3, {}));
    expect(await served(node, 6)).toEqual(['new0', 'new1', 'busy5', 'busy6', 'new2', 'busy7']);
  },

  'who leaves ahead of the others is still ahead when it comes back': async (pool) => {
    const node = await pool.node('a');
    await node.commit([...many('calm', 5, {}), admission('once', { tenant: 'dear', charge: 350 })]);
    expect(await served(node, 2)).toEqual(['calm0', 'once']);
    await node.commit([admission('again', { tenant: 'dear' })]);
    expect(await served(node, 5)).toEqual(['calm1', 'calm2', 'calm3', 'again', 'calm4']);
  },

  'a minute after the last one left, all who are ahead are forgotten': async (pool) => {
    const node = await pool.node('a');
    await node.commit([...many('calm', 3, {}), admission('once', { tenant: 'dear', charge: 900 })]);
    await served(node, 2);
    pool.wait(60_000);
    await node.commit([{ type: 'beat', leaseMs: 60_000, rooms: '' }, admission('again', { tenant: 'bear' })]);
    await node.commit([admission('last', { tenant: 'dear' })]);
    expect(await served(node, 4)).toEqual(['last', 'again', 'calm1', 'calm2']);
  },

  'what a claim used beyond its charge counts, waiting or not': async (pool) => {
    const node = await pool.node('a');
    await node.commit([...many('x', 4, {}), ...many('y', 4, {})]);
    const [claim] = await node.claim(offer({ roomSequences: 1 }));
    const charge = { tenant: 'x', priority: 'default', charge: 150 } as const;
    await node.do({ type: 'finish', claim: claim?.claim ?? '', charge, rate: undefined });
    expect(await served(node, 5)).toEqual(['y0', 'y1', 'y2', 'x1', 'y3']);
  },

  'tiers share by weight, none starves': async (pool) => {
    const node = await pool.node('a');
    const bulk = many('b', 10, { priority: 'bulk' });
    await node.commit([...many('i', 40, { priority: 'interactive' }), ...many('d', 40, {}), ...bulk]);
    const first = await served(node, 42);
    const count = (tier: string) => first.filter((it) => it.startsWith(tier)).length;
    expect([count('i'), count('d'), count('b')]).toEqual([32, 8, 2]);
  },

  'a tier whose tickets are old has a larger share': async (pool) => {
    const node = await pool.node('a');
    await node.commit(many('b', 20, { priority: 'bulk' }));
    pool.wait(150_000); // 16 shares of 1
    await node.commit([{ type: 'beat', leaseMs: 60_000, rooms: '' }, ...many('i', 20, { priority: 'interactive' })]);
    const first = await served(node, 20);
    expect(first.filter((it) => it.startsWith('b'))).toHaveLength(10);
  },
});
