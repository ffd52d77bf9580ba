import { entryOf, laneOf, memberOf, type Held } from '../member.ts';
import type { PlacedEntry } from '../store.ts';
import { PRIORITIES, type Priority } from '../ticket.ts';

/** One pool in memory: what ADR 9 keeps in Redis, under the same names. */
export interface Machine {
  /** µs; the machine's only source of time. */
  readonly clockUs: () => number;
  /** Something came into the line or apart and was not claimed at once, while other nodes live. */
  readonly bell: () => void;
  /** In text order of their members. */
  readonly line: Placed[];
  /** In order of arrival. */
  readonly apart: Placed[];
  /** By life, then by claim. No life has an empty one. */
  readonly claims: Map<string, Map<string, Held>>;
  /** By origin, then by id: tickets in `line` and `apart`. No origin has an empty one. */
  readonly ids: Map<string, Map<string, Placed>>;
  readonly tiers: Readonly<Record<Priority, Tier>>;
  /** The furthest start of service of a tier. */
  tiersClock: number;
  /** Tickets claimed out of the line since the pool began. */
  served: number;
  /** When those that went idle are forgotten, µs; 0 where none are. */
  idleEndUs: number;
  /** The last order given. */
  order: number;
  /** Lives by the end of their lease, Unix ms. */
  readonly nodes: Map<string, number>;
  /** Lives that are over and not cleared yet. */
  readonly gone: Set<string>;
  readonly rooms: Map<string, string>;
  /** By tenant. */
  readonly rate: Map<string, Whole>;
}

/** A ticket where it waits. */
export interface Placed {
  readonly member: string;
  readonly lane: string;
  readonly entry: PlacedEntry;
}

/** One priority: its lanes (tenants, and beside them what they want of one variant) by virtual tokens, and where its service stands. */
export interface Tier {
  readonly priority: Priority;
  /** Lanes with something in line. */
  readonly flows: Map<string, number>;
  /** Lanes with nothing in line that are ahead of the clock. */
  readonly idle: Map<string, number>;
  /** The furthest start of service of a ticket of this tier, in its lane's virtual tokens. */
  clock: number;
  /** Virtual time of the tier among the tiers. */
  virtual: number;
  /** The lane in turn, empty before the first. */
  turn: string;
}

/** When a tenant's allowances are whole again, µs; by a clock that stood at `atUs`. */
export interface Whole {
  readonly atUs: number;
  readonly requestsUs: number;
  readonly tokensUs: number;
}

/** An empty machine. `bell` stands for the message that tells other nodes of work. */
export function createMachine(clockUs: () => number, bell: () => void = () => undefined): Machine {
  return {
    clockUs,
    bell,
    line: [],
    apart: [],
    claims: new Map(),
    ids: new Map(),
    tiers: { interactive: createTier('interactive'), default: createTier('default'), bulk: createTier('bulk') },
    tiersClock: 0,
    served: 0,
    idleEndUs: 0,
    order: 0,
    nodes: new Map(),
    gone: new Set(),
    rooms: new Map(),
    rate: new Map(),
  };
}

/** The tiers, most urgent first. */
export function tiersOf({ tiers }: Machine): Tier[] {
  return PRIORITIES.map((it) => tiers[it]);
}

export function placedOf(entry: PlacedEntry): Placed {
  return { member: memberOf(entry), lane: laneOf(entry), entry };
}

export function placedOfMember(member: string): Placed {
  const entry = entryOf(member);
  return { member, lane: laneOf(entry), entry };
}

/** Sets a field of a map in a map. */
export function setIn<Value>(maps: Map<string, Map<string, Value>>, name: string, field: string, value: Value): void {
  const map = maps.get(name);
  if (map === undefined) maps.set(name, new Map([[field, value]]));
  else map.set(field, value);
}

/** Deletes a field, and the map with its last one. Says whether it was there. */
export function deleteIn<Value>(maps: Map<string, Map<string, Value>>, name: string, field: string): boolean {
  const map = maps.get(name);
  const was = map?.delete(field) ?? false;
  if (map?.size === 0) maps.delete(name);
  return was;
}

/** Text by its characters, as both stores order it. */
export function byText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function createTier(priority: Priority): Tier {
  return { priority, flows: new Map(), idle: new Map(), clock: 0, virtual: 0, turn: '' };
}
