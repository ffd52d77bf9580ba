import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { auditPool } from './audit.ts';
import { propertyRuns } from './fixtures/property-runs.ts';
import { admit, claimedIds, finish, offer, policy, speaker, type Speaker } from './fixtures/speaker.ts';
import { createMemory, createMemoryStore } from './memory-store.ts';
import { HOLD_AFTER_MS } from './bounds.ts';
import type { Claimed, LinePolicy, Transition } from './store.ts';
import { PRIORITIES, type Priority } from './ticket.ts';

// The order of service, on the machine in memory; that Redis does the same is `store.property.test.ts`'s.

interface Rig {
  readonly node: Speaker;
  readonly store: ReturnType<typeof createMemoryStore>;
  pass(ms: number): void;
}

async function rig(): Promise<Rig> {
  let nowUs = 1_000_000;
  const store = createMemoryStore(createMemory(() => (nowUs += 1)));
  const node = speaker(store, 'north:1');
  await node.register();
  return { node, store, pass: (ms) => void (nowUs += ms * 1_000) };
}

/** Admits in commits of allowed size. */
async function fill(node: Speaker, transitions: readonly Transition[]): Promise<void> {
  for (let from = 0; from < transitions.length; from += 200) {
    await node.commit({ transitions: transitions.slice(from, from + 200) });
  }
}

type Correct = (claimed: Claimed, nth: number) => Extract<Transition, { type: 'finish' }>['charge'];

/** Claims one ticket after another, each of which ends before the next; answers them in order. The last still runs. */
async function serveOneByOne(
  { node }: Rig,
  most: number,
  of: LinePolicy,
  correct: Correct = () => undefined,
): Promise<Claimed[]> {
  const served: Claimed[] = [];
  while (served.length < most) {
    const last = served.at(-1);
    const transitions = last ? [finish(last.claim, correct(last, served.length - 1))] : [];
    const { claims } = await node.commit({ policy: of, offers: [offer('north/a', { roomSequences: 1 })], transitions });
    if (claims.length === 0) break;
    served.push(...claims);
  }
  return served;
}

const runs = { numRuns: propertyRuns(60) };
const charges = fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 20, maxLength: 60 });

test('two tenants with something in line never differ by more than a ticket each and the quantum', async () => {
  const quanta = fc.constantFrom(0, 1_000, 4_096);
  const property = fc.asyncProperty(charges, charges, quanta, async (ones, others, quantum) => {
    const world = await rig();
    const line = [
      ...ones.map((charge, at) => admit(`one-${at}`, { tenant: 'one', charge })),
      ...others.map((charge, at) => admit(`other-${at}`, { tenant: 'other', charge })),
    ];
    await fill(world.node, line);
    const left = { one: ones.length, other: others.length };
    const got = { one: 0, other: 0 };
    const bound = 2 * Math.max(...ones, ...others) + quantum;
    for (const { entry } of await serveOneByOne(world, line.length, { ...policy, quantum })) {
      const tenant = entry.tenant === 'one' ? 'one' : 'other';
      got[tenant] += entry.charge;
      left[tenant] -= 1;
      if (left.one === 0 || left.other === 0) break;
      expect(Math.abs(got.one - got.other)).toBeLessThanOrEqual(bound);
    }
  });
  await fc.assert(property, runs);
});

test('a tenant that comes back from idle has no credit, and no debt is forgiven', async () => {
  const world = await rig();
  const many = Array.from({ length: 60 }, (_, at) => admit(`one-${at}`, { tenant: 'one' }));
  await fill(world.node, [...many, admit('other-early', { tenant: 'other' })]);
  await serveOneByOne(world, 30, policy);
  const late = Array.from({ length: 30 }, (_, at) => admit(`other-${at}`, { tenant: 'other' }));
  await fill(world.node, late);
  const next = (await serveOneByOne(world, 20, policy)).filter(({ entry }) => entry.tenant === 'other').length;
  expect(Math.abs(next - 10)).toBeLessThanOrEqual(1);
});

test('weights are respected: who is charged a third gets three times as much', async () => {
  const world = await rig();
  const of = (tenant: string, charge: number) =>
    Array.from({ length: 400 }, (_, at) => admit(`${tenant}-${at}`, { tenant, charge }));
  await fill(world.node, [...of('light', 300), ...of('heavy', 100)]);
  const served = await serveOneByOne(world, 400, policy);
  const heavy = served.filter(({ entry }) => entry.tenant === 'heavy').length;
  expect(Math.abs(heavy - 300)).toBeLessThanOrEqual(2);
});

test('tiers have their shares while all have something in line, and bulk waits no longer than its share says', async () => {
  const share = fc.integer({ min: 1, max: 20 });
  const anyShares = fc.record({ interactive: share, default: share, bulk: share });
  const property = fc.asyncProperty(anyShares, async (shares) => {
    const world = await rig();
    const line = PRIORITIES.flatMap((priority) =>
      Array.from({ length: 300 }, (_, at) => admit(`${priority}-${at}`, { priority })),
    );
    await fill(world.node, line);
    const young = { ...policy, shares, ageingMs: 1_000_000_000 };
    const served = await serveOneByOne(world, 300, young);
    const sum = shares.interactive + shares.default + shares.bulk;
    for (const priority of PRIORITIES) {
      const count = served.filter(({ entry }) => entry.priority === priority).length;
      expect(Math.abs(count - (300 * shares[priority]) / sum)).toBeLessThanOrEqual(3);
      expect(longestGap(served, priority)).toBeLessThanOrEqual(Math.ceil(sum / shares[priority]) + 2);
    }
  });
  await fc.assert(property, { numRuns: propertyRuns(15) });
});

/** Most tickets served between two of one tier, or before its first. */
function longestGap(served: readonly Claimed[], priority: Priority): number {
  let [gap, longest] = [0, 0];
  for (const { entry } of served) {
    gap = entry.priority === priority ? 0 : gap + 1;
    longest = Math.max(longest, gap);
  }
  return longest;
}

test('a tier that has waited long gets more than its share', async () => {
  const world = await rig();
  const of = (priority: Priority, count: number) =>
    Array.from({ length: count }, (_, at) => admit(`${priority}-${at}`, { priority }));
  await fill(world.node, of('bulk', 100));
  world.pass(480_000);
  await fill(world.node, of('interactive', 100));
  const served = await serveOneByOne(world, 40, policy);
  const bulk = served.filter(({ entry }) => entry.priority === 'bulk').length;
  expect(bulk).toBeGreaterThan(15); // a seventeenth of 40 without its age; 17 times its share with it
});

test('a tier that had nothing in line has saved nothing up', async () => {
  const world = await rig();
  const of = (priority: Priority, count: number) =>
    Array.from({ length: count }, (_, at) => admit(`${priority}-${at}`, { priority }));
  const even = { ...policy, shares: { interactive: 1, default: 1, bulk: 1 } };
  await fill(world.node, of('bulk', 100));
  await serveOneByOne(world, 60, even);
  await fill(world.node, of('interactive', 60));
  const bulk = (await serveOneByOne(world, 40, even)).filter(({ entry }) => entry.priority === 'bulk').length;
  expect(Math.abs(bulk - 20)).toBeLessThanOrEqual(1);
});

const anyRooms = fc.array(
  fc.record({ roomTokens: fc.integer({ min: 1, max: 3_000 }), roomSequences: fc.integer({ min: 1, max: 9 }) }),
  { minLength: 1, maxLength: 4 },
);
/** Of fewer tenants than are passed over in one commit. */
const anyTickets = fc.array(
  fc.record({ tenant: fc.constantFrom('a', 'b', 'c', 'd'), costTokens: fc.integer({ min: 1, max: 2_000 }) }),
  { maxLength: 60 },
);

test('what fits is not left in line, and no replica is given more than it offered', async () => {
  const property = fc.asyncProperty(anyTickets, anyRooms, async (tickets, rooms) => {
    const { node, store } = await rig();
    await fill(
      node,
      tickets.map((it, at) => admit(`t${at}`, it)),
    );
    const offers = rooms.map((it, at) => offer(`north/${at}`, { ...it, idle: false }));
    const { claims } = await node.commit({ offers });
    const left = rooms.map((it, at) => {
      const mine = claims.filter(({ replica }) => replica === `north/${at}`);
      const costTokens = mine.reduce((sum, { entry }) => sum + entry.costTokens, 0);
      return { tokens: it.roomTokens - costTokens, sequences: it.roomSequences - mine.length };
    });
    for (const room of left) expect(Math.min(room.tokens, room.sequences)).toBeGreaterThanOrEqual(0);
    const { line } = await store.inspect('heavy');
    const heads = new Map(line.toReversed().map((it) => [it.tenant, it]));
    for (const { costTokens } of heads.values()) {
      expect(left.filter((room) => room.sequences > 0 && room.tokens >= costTokens)).toEqual([]);
    }
  });
  await fc.assert(property, runs);
});

test('a large ticket is passed over while it is young; then a replica is kept from smaller ones until it fits', async () => {
  const world = await rig();
  const { node } = world;
  const small = (at: number) => admit(`small-${at}`, { tenant: `t${at}`, costTokens: 100 });
  await node.commit({ transitions: [admit('large', { tenant: 'patient', costTokens: 900 }), small(1), small(2)] });
  const tight = offer('north/a', { roomTokens: 500, roomSequences: 1, idle: false });
  expect(claimedIds(await node.commit({ offers: [tight] }))).toEqual(['small-1']);
  world.pass(HOLD_AFTER_MS);
  expect(claimedIds(await node.commit({ offers: [tight] }))).toEqual([]);
  expect(claimedIds(await node.commit({ offers: [{ ...tight, roomTokens: 900 }] }))).toEqual(['large']);
  expect(claimedIds(await node.commit({ offers: [tight] }))).toEqual(['small-2']);
});

test('one that is larger than any replica runs alone on an idle one', async () => {
  const { node } = await rig();
  const offers = [offer('north/a', { roomTokens: 1_000 })];
  await node.commit({ transitions: [admit('huge', { costTokens: 9_000 }), admit('t2', { tenant: 'b' })] });
  expect(claimedIds(await node.commit({ offers }))).toEqual(['huge']);
});

test('a tenant’s own tickets keep their order, and its place only falls', async () => {
  const property = fc.asyncProperty(anyTickets, fc.integer({ min: 1, max: 8 }), async (tickets, step) => {
    const { node } = await rig();
    await fill(
      node,
      tickets.map((it, at) => admit(`t${String(at).padStart(3, '0')}`, it)),
    );
    const served = new Map<string, string[]>();
    const watched = tickets.length === 0 ? undefined : `t${String(tickets.length - 1).padStart(3, '0')}`;
    let before = Infinity;
    for (let round = 0; round * step < tickets.length; round += 1) {
      const offers = [offer('north/a', { roomSequences: step })];
      const transitions: Transition[] = watched === undefined ? [] : [{ type: 'look', id: watched }];
      const { claims, results } = await node.commit({ offers, transitions });
      for (const { entry } of claims) served.set(entry.tenant, [...(served.get(entry.tenant) ?? []), entry.id]);
      const [ahead] = results;
      if (ahead?.type !== 'ahead') continue;
      expect(ahead.tickets).toBeLessThanOrEqual(before);
      before = ahead.tickets;
    }
    for (const ids of served.values()) expect(ids).toEqual(ids.toSorted());
  });
  await fc.assert(property, runs);
});

test('the charges of all claims, corrected, are what the counters say: nothing drifts', async () => {
  const claim = fc.record({ charge: fc.integer({ min: 1, max: 900 }), actual: fc.integer({ min: 0, max: 900 }) });
  const property = fc.asyncProperty(fc.array(claim, { minLength: 1, maxLength: 40 }), async (claims) => {
    const world = await rig();
    const mine = claims.map(({ charge }, at) => admit(`t${at}`, { charge }));
    await fill(world.node, [...mine, admit('last', { charge: 1 })]);
    const actualOf = (nth: number): number => claims[nth]?.actual ?? 0;
    const served = await serveOneByOne(world, claims.length, policy, ({ entry }, nth) => {
      return { tenant: entry.tenant, priority: entry.priority, charge: actualOf(nth) - entry.charge };
    });
    const ended = served.slice(0, -1).reduce((sum, _, nth) => sum + actualOf(nth), 0);
    const expected = ended + (served.at(-1)?.entry.charge ?? 0); // the last still runs
    const { flows } = await world.store.inspect('heavy');
    expect(flows.default.get('acme')).toBe(expected);
  });
  await fc.assert(property, runs);
});

test('after all has ended nothing is left but what is always there', async () => {
  const property = fc.asyncProperty(anyTickets, async (tickets) => {
    const world = await rig();
    await fill(
      world.node,
      tickets.map((it, at) => admit(`t${at}`, it)),
    );
    const served = await serveOneByOne(world, tickets.length + 1, policy);
    expect(served).toHaveLength(tickets.length);
    await world.node.commit({ transitions: served.slice(-1).map((it) => finish(it.claim)) });
    const state = await world.store.inspect('heavy');
    const left = [state.line, state.apart, state.claims, state.gone, [...state.index], [...state.flows.default]];
    expect(left).toEqual([[], [], [], [], [], []]);
    expect(auditPool(state)).toEqual([]);
  });
  await fc.assert(property, runs);
});
