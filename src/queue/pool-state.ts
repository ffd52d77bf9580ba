import type { Claimed, Life, PlacedEntry } from './store.ts';
import type { Priority } from './ticket.ts';

/** What is wanted beside what the pool itself explains. */
export interface Inspection {
  readonly strays: boolean;
}

/** What a pool holds, read in pieces while it goes on: a ticket that moves meanwhile may be seen twice or not at all. */
export interface PoolState {
  /** µs of the store's clock. */
  readonly nowUs: number;
  readonly line: readonly PlacedEntry[];
  readonly apart: readonly PlacedEntry[];
  readonly claims: readonly (Claimed & { readonly life: string })[];
  readonly lives: readonly (Life & { readonly leaseEndMs: number })[];
  /** Lives that are over and not cleared yet. */
  readonly gone: readonly string[];
  /** The index for cancelling: by origin, ids and where they are said to be. */
  readonly index: ReadonlyMap<string, ReadonlyMap<string, PlacedEntry>>;
  /** Virtual tokens of tenants with something in line, by priority. */
  readonly flows: Readonly<Record<Priority, ReadonlyMap<string, number>>>;
  /** Of tenants with nothing in line that are ahead of the others. */
  readonly idle: Readonly<Record<Priority, ReadonlyMap<string, number>>>;
  readonly counters: Counters;
  /**
   * Keys of the pool that hold what cannot be read; and where that was asked for, those that nothing above explains, or that
   * should end and do not.
   */
  readonly strays: readonly Stray[];
}

/** What the order of service counts by. */
export interface Counters {
  /** Virtual tokens at which the tenant served last in a priority began. */
  readonly flowClocks: Readonly<Record<Priority, number>>;
  /** Virtual time of each tier. */
  readonly tierTimes: Readonly<Record<Priority, number>>;
  /** The tenant in turn within each; empty where nobody was yet. */
  readonly inTurn: Readonly<Record<Priority, string>>;
  /** Virtual time at which the tier served last began. */
  readonly tierClock: number;
  /** Tickets claimed out of the line since the pool began. */
  readonly served: number;
  /** The last one given. */
  readonly order: number;
}

/** A key with something wrong, and what. */
export interface Stray {
  readonly key: string;
  readonly what: string;
}
