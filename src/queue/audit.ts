import { laneOf } from './member.ts';
import type { PlacedEntry, Store } from './store.ts';
import type { PoolState } from './pool-state.ts';
import { PRIORITIES } from './ticket.ts';

/** Something wrong in a pool's keys: what, of whom, and what follows. */
export interface Finding {
  /** Its name in `RULES`. */
  readonly rule: string;
  readonly what: string;
}

type Rule = (state: PoolState) => string[];

/** What is wrong in a store's pool while it goes on: what is found at two looks, for a ticket may have moved during one. */
export async function auditStore(store: Pick<Store, 'inspect'>, pool: string): Promise<Finding[]> {
  const look = async (): Promise<Finding[]> => auditPool(await store.inspect(pool, { strays: true }));
  const first = await look();
  if (first.length === 0) return [];
  const second = new Set((await look()).map(({ rule, what }) => `${rule} ${what}`));
  return first.filter(({ rule, what }) => second.has(`${rule} ${what}`));
}

/** What is wrong in a pool, in words; empty when all is well. */
export function auditPool(state: PoolState): Finding[] {
  return Object.entries(RULES).flatMap(([rule, check]) => check(state).map((what) => ({ rule, what })));
}

const RULES: Readonly<Record<string, Rule>> = {
  /** A ticket is in exactly one of line, apart and claims; what a life has left that is over is to be cleared. */
  one_place: (state) => {
    const places = new Map<string, string[]>();
    const kept = tickets(state).filter(({ owner }) => !state.gone.includes(owner));
    for (const { where, entry } of kept) places.set(entry.id, [...(places.get(entry.id) ?? []), where]);
    return [...places].flatMap(([id, all]) => (all.length > 1 ? [`ticket ${id} is in ${all.join(' and in ')}`] : []));
  },

  /** Who waits can be cancelled by its id. */
  waiting_indexed: ({ line, apart, index }) =>
    [...line, ...apart].flatMap((entry) => {
      const said = index.get(entry.origin)?.get(entry.id);
      if (said === undefined)
        return [`${nameOf(entry)} waits, but the index of ${entry.origin} lacks it: no cancel finds it`];
      return isSame(said, entry)
        ? []
        : [`${nameOf(entry)} waits, but the index says it is another: no cancel finds it`];
    }),

  /** Who is in the index waits. */
  indexed_waits: ({ line, apart, index }) => {
    const waiting = new Set([...line, ...apart].map((it) => `${it.origin} ${it.id}`));
    return [...index].flatMap(([origin, ids]) =>
      [...ids.keys()]
        .filter((id) => !waiting.has(`${origin} ${id}`))
        .map((id) => `ticket ${id} is in the index of ${origin}, but does not wait`),
    );
  },

  /** Who waits has somebody who clears it, once its origin is gone. */
  origin_known: (state) => {
    const known = knownLives(state);
    const waiting = [...state.line, ...state.apart].filter((it) => !known.has(it.origin));
    return [
      ...waiting.map((it) => `${nameOf(it)} waits for ${it.origin}, which neither lives nor is to be cleared`),
      ...[...state.index.keys()]
        .filter((origin) => !known.has(origin))
        .map((origin) => `the index of ${origin} is left, which neither lives nor is to be cleared`),
    ];
  },

  /** A claim has somebody who runs it, or clears it. */
  worker_known: (state) => {
    const known = knownLives(state);
    return state.claims
      .filter((it) => !known.has(it.life))
      .map((it) => `claim ${it.claim} is held by ${it.life}, which neither lives nor is to be cleared`);
  },

  /** A life is there or over. */
  one_life: ({ lives, gone }) =>
    lives.filter((it) => gone.includes(it.life)).map((it) => `${it.life} holds a lease and is over at once`),

  /** Who waits has its turn: its tenant is among the flows. A flow of nobody goes when its turn comes, at the latest with the line. */
  flows: ({ line, flows }) =>
    PRIORITIES.flatMap((priority) => {
      const waiting = new Set(line.filter((it) => it.priority === priority).map(laneOf));
      const missing = [...waiting].filter((lane) => !flows[priority].has(lane));
      const empty = line.length > 0 ? [] : [...flows[priority].keys()];
      return [
        ...missing.map((it) => `${it} waits in ${priority} without a flow: its turn never comes`),
        ...empty.map((it) => `${it} has a flow in ${priority}, but nobody is in line`),
      ];
    }),

  /** A tenant that comes back is where it was, once. */
  idle: ({ flows, idle, counters }) =>
    PRIORITIES.flatMap((priority) =>
      [...idle[priority]].flatMap(([tenant, at]) => {
        if (flows[priority].has(tenant)) return [`${tenant} is idle in ${priority} and has a flow there`];
        const clock = counters.flowClocks[priority];
        return at > clock
          ? []
          : [`${tenant} is kept as idle in ${priority} at ${at}, not ahead of the clock at ${clock}`];
      }),
    ),

  /** Each place in line was given once. */
  orders: (state) => {
    const byOrder = new Map<number, string>();
    return tickets(state).flatMap(({ entry }) => {
      const { id, order } = entry;
      const other = byOrder.get(order) ?? id;
      byOrder.set(order, id);
      const late = order > state.counters.order ? [`${nameOf(entry)} has order ${order}, which was not given yet`] : [];
      return other === id ? late : [...late, `tickets ${other} and ${id} have the same order ${order}`];
    });
  },

  /** What the order of service counts by are numbers, none below zero. */
  counters: (state) =>
    Object.entries(numbersOf(state))
      .filter(([, it]) => !Number.isFinite(it) || it < 0)
      .map(([name, it]) => `${name} is ${it}`),

  /** No key is left without an owner or an end. */
  keys: ({ strays }) => strays.map(({ key, what }) => `${key} ${what}`),
};

interface Ticket {
  readonly where: string;
  /** The life that it goes with. */
  readonly owner: string;
  readonly entry: PlacedEntry;
}

function tickets({ line, apart, claims }: PoolState): Ticket[] {
  return [
    ...line.map((entry) => ({ where: 'the line', owner: entry.origin, entry })),
    ...apart.map((entry) => ({ where: 'those apart', owner: entry.origin, entry })),
    ...claims.map(({ claim, life, entry }) => ({ where: `claim ${claim} of ${life}`, owner: life, entry })),
  ];
}

const nameOf = ({ id, tenant }: PlacedEntry): string => `ticket ${id} of ${tenant}`;

const knownLives = ({ lives, gone }: PoolState): Set<string> => new Set([...lives.map((it) => it.life), ...gone]);

function isSame(one: PlacedEntry, other: PlacedEntry): boolean {
  const fields = ['priority', 'tenant', 'variant', 'order', 'costTokens', 'charge', 'prefer', 'origin', 'id'] as const;
  return fields.every((it) => one[it] === other[it]);
}

function numbersOf({ flows, idle, counters }: PoolState): Record<string, number> {
  const numbers: Record<string, number> = {
    'the clock of the tiers': counters.tierClock,
    'the number of tickets served': counters.served,
    'the last order given': counters.order,
  };
  for (const priority of PRIORITIES) {
    numbers[`the clock of ${priority}`] = counters.flowClocks[priority];
    numbers[`the virtual time of ${priority}`] = counters.tierTimes[priority];
    for (const [tenant, it] of flows[priority]) numbers[`the counter of ${tenant} in ${priority}`] = it;
    for (const [tenant, it] of idle[priority]) numbers[`the counter of ${tenant}, idle in ${priority},`] = it;
  }
  return numbers;
}
