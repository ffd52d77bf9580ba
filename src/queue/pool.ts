import type { Commit, Entry, Transition } from './store.ts';
import type { Capacity } from './queue.ts';
import type { Ticket } from './ticket.ts';

/** Dearest ticket. Larger ones, and what is not a number, count as this. */
export const COST_TOKENS_MAX = 1_000_000_000;

/**
 * How a pool stands with its store.
 * `down`: no answer; new tickets are refused, held ones stay.
 * `restoring`: this node's memory is being written back; nothing is claimed yet.
 */
export type Link = 'down' | 'restoring' | 'up';

/** A ticket in line, or on its way into it. */
export interface Waiting {
  readonly ticket: Ticket;
  readonly attempt: number;
  /** Into the line, this time. */
  readonly enteredAtMs: number;
  /** Time in line before that; running is none. */
  readonly waitedMs: number;
  /** Its place; undefined until the store has confirmed the admission. */
  order: number | undefined;
}

/** A ticket that was granted and has not ended. */
export interface Running {
  readonly ticket: Ticket;
  readonly attempt: number;
  /** Time in line, of all attempts. */
  readonly waitedMs: number;
  readonly order: number;
  readonly claim: string;
  readonly replica: string;
}

/** A replica that may be given work, or is closed and still has some. */
export interface Replica {
  capacity: Capacity;
  open: boolean;
  /** Its engine was seen to fail a moment ago: nothing new for it. */
  paused: boolean;
  /** Ids of the tickets in line that it gave back: for another replica, while one is open. */
  readonly returned: Set<string>;
  usedTokens: number;
  running: number;
}

/** One pool as this node sees it: the truth about its tickets, of which the store keeps a copy. */
export interface Pool {
  readonly name: string;
  readonly depthMax: number;
  link: Link;
  life: string;
  draining: boolean;
  /** By the ticket's id, oldest first as far as none was given back. */
  readonly waiting: Map<string, Waiting>;
  /** By the ticket's id; a ticket is here or in `waiting`. */
  readonly running: Map<string, Running>;
  /** By name. */
  readonly replicas: Map<string, Replica>;
  /** Not yet sent, in order. */
  outbox: Transition[];
  /** Sent and unanswered: at most one commit. */
  inFlight: Commit | undefined;
  /** Transitions of the restoring commits still to be answered. */
  restoreLeft: number;
  /** A claim may find something although nothing is in the outbox. */
  claimDue: boolean;
}

export function createPool(name: string, depthMax: number): Pool {
  return {
    name,
    depthMax,
    link: 'down',
    life: '',
    draining: false,
    waiting: new Map(),
    running: new Map(),
    replicas: new Map(),
    outbox: [],
    inFlight: undefined,
    restoreLeft: 0,
    claimDue: false,
  };
}

/** Whether a ticket of this id waits or runs. */
export function isHeld({ waiting, running }: Pool, id: string): boolean {
  return waiting.has(id) || running.has(id);
}

/** Forgets that a ticket waits; says whether it did. */
export function leaveLine({ waiting, replicas }: Pool, id: string): boolean {
  for (const { returned } of replicas.values()) returned.delete(id);
  return waiting.delete(id);
}

/** Time in line until `nowMs`, of all attempts. */
export function timeInLine({ waitedMs, enteredAtMs }: Waiting, nowMs: number): number {
  return waitedMs + nowMs - enteredAtMs;
}

/** What the store is told of a ticket. */
export function entryOf({ id, tenant, priority, costTokens }: Ticket): Entry {
  return { id, tenant, priority, costTokens: wholeCost(costTokens) };
}

/** A request may ask for 1e400 tokens, which JSON reads as Infinity. */
export function wholeCost(costTokens: number): number {
  return Number.isFinite(costTokens) ? Math.min(Math.max(1, Math.ceil(costTokens)), COST_TOKENS_MAX) : COST_TOKENS_MAX;
}

/** Queues a transition for the next commit. Without a store there is nothing to tell: it will be restored from here. */
export function enqueue(pool: Pool, transition: Transition): void {
  if (pool.link !== 'down') pool.outbox.push(transition);
}
