import type { Capacity, Ending } from './queue.ts';
import type { Commit, Entry, Transition } from './store.ts';
import { createMemory, type Memory } from './memory-of-deaths.ts';
import type { Ticket } from './ticket.ts';

/** Dearest ticket. Larger ones, and what is not a number, count as this. */
export const COST_TOKENS_MAX = 1_000_000_000;

/**
 * How a pool stands with its store.
 * `down`: no answer; new tickets are refused, held ones stay.
 * `restoring`: this node's memory is being written back; nothing is claimed yet.
 */
export type Link = 'down' | 'restoring' | 'up';

/** A ticket and what its executions came to. */
export interface Held {
  readonly ticket: Ticket;
  /** Executions begun; the one to come included while it waits. */
  readonly attempt: number;
  /** Engine deaths it was in, those included that are not confirmed yet. */
  deaths: number;
  /** Executions that failed in an engine which lives. */
  readonly failures: number;
}

/** A ticket in line, on its way into it, or among the suspects. */
export interface Waiting extends Held {
  /** Into the line, this time. */
  readonly enteredAtMs: number;
  /** Time in line before that; running is none. */
  readonly waitedMs: number;
  /** Its place; undefined until the store has confirmed the admission. */
  order: number | undefined;
}

/** A ticket that was granted and has not ended. */
export interface Running extends Held {
  /** Time in line, of all attempts. */
  readonly waitedMs: number;
  readonly order: number;
  readonly claim: string;
  readonly replica: string;
  /** Of its replica when it was granted: what ends in the same life met the same death. */
  readonly life: number;
  /** How its engine ended under it, once that was told. */
  ending: Ending | undefined;
}

/** A replica that may be given work, or is closed and still has some. */
export interface Replica {
  capacity: Capacity;
  open: boolean;
  /** Its engine was seen to fail a moment ago: nothing new for it. */
  paused: boolean;
  /** Ids of the tickets in line that it gave back: for another replica, while one is open. */
  readonly returned: Set<string>;
  /** Another one each time it is opened: unique in its pool. */
  life: number;
  usedTokens: number;
  running: number;
}

/** The replica that is kept free for suspects, and the one that runs there alone, or did and has a verdict to come. */
interface Aside {
  readonly replica: string;
  readonly id: string | undefined;
}

/** What a pool is told once. */
export interface PoolSetting {
  /** Most tickets in line. */
  readonly depthMax: number;
  /** How long a request that killed three engines is refused. */
  readonly quarantineMs: number;
  /** Unix time at which the node's clock stood at 0. */
  readonly clockZeroUnixMs: number;
}

/** One pool as this node sees it: the truth about its tickets, of which the store keeps a copy. */
export interface Pool {
  readonly name: string;
  readonly setting: PoolSetting;
  link: Link;
  life: string;
  draining: boolean;
  /** By the ticket's id, oldest first as far as none was given back. Suspects are among them. */
  readonly waiting: Map<string, Waiting>;
  /** By the ticket's id; a ticket is here or in `waiting`. */
  readonly running: Map<string, Running>;
  /** By name. */
  readonly replicas: Map<string, Replica>;
  /** Replicas whose engine ended unasked and was not opened since, and when it ended: most come back. */
  readonly lost: Map<string, number>;
  /** Ids of those that wait apart from the line, to run alone; longest first. The store knows nothing of them. */
  readonly suspects: Set<string>;
  /** Undefined while no suspect waits, runs, or has a verdict to come. */
  aside: Aside | undefined;
  readonly memory: Memory;
  /** Lives of replicas and claims of suspects, counted. */
  named: number;
  /** Not yet sent, in order. */
  outbox: Transition[];
  /** Sent and unanswered: at most one commit. */
  inFlight: Commit | undefined;
  /** Transitions of the restoring commits still to be answered. */
  restoreLeft: number;
  /** A claim may find something although nothing is in the outbox. */
  claimDue: boolean;
}

export function createPool(name: string, setting: PoolSetting): Pool {
  return {
    name,
    setting,
    link: 'down',
    life: '',
    draining: false,
    waiting: new Map(),
    running: new Map(),
    replicas: new Map(),
    lost: new Map(),
    suspects: new Set(),
    aside: undefined,
    memory: createMemory(),
    named: 0,
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
export function leaveLine({ waiting, suspects, replicas }: Pool, id: string): boolean {
  for (const { returned } of replicas.values()) returned.delete(id);
  suspects.delete(id);
  return waiting.delete(id);
}

/** Time in line until `nowMs`, of all attempts. */
export function timeInLine({ waitedMs, enteredAtMs }: Waiting, nowMs: number): number {
  return waitedMs + nowMs - enteredAtMs;
}

/** A number that this pool never gave before. */
export function nextName(pool: Pool): number {
  pool.named += 1;
  return pool.named;
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
