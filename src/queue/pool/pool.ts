import { createAffinity, type Affinity } from '../budget/affinity.ts';
import { createEstimates, type Estimates } from '../budget/estimate.ts';
import { createPace, type Pace } from '../budget/pace.ts';
import type { Reading } from '../budget/reading.ts';
import type { Target } from '../budget/target.ts';
import type { Capacity } from '../queue.ts';
import type { Commit, Transition } from '../store.ts';
import { createMemory, type Memory } from '../suspects/memory-of-deaths.ts';
import type { Hosted, Running, Waiting } from './held.ts';
import type { PoolSetting } from './setting.ts';

/**
 * How a pool stands with its store.
 * `down`: no answer; held tickets stay.
 * `joining`: a life is over and the next one about to begin.
 * `restoring`: this node's memory is being written back; nothing is claimed yet.
 */
export type Link = 'down' | 'joining' | 'restoring' | 'up';

/** Where a pool's tickets are kept: with all nodes, or in this one's memory while that is away. */
export type Home = 'shared' | 'memory';

/** A replica that may be given work, or is closed and still has some. */
export interface Replica {
  /** What is given out of it: its share of what it has. */
  capacity: Capacity;
  /** Its real model. */
  model: string | undefined;
  open: boolean;
  /** Its engine was seen to fail a moment ago: nothing new for it. */
  paused: boolean;
  /** Ids of tickets that it gave back, and when: for another replica, while there is one. */
  readonly returned: Map<string, number>;
  /** Another one each time it is opened: unique in its pool. */
  life: number;
  /** How much of its capacity is given out. */
  target: Target;
  /** What it was given and has not read yet. */
  readonly reading: Reading;
  usedTokens: number;
  running: number;
}

/** The replica that is kept free for suspects, and the claim that runs there alone, or did and has a verdict to come. */
interface Aside {
  readonly replica: string;
  readonly claim: string | undefined;
}

/** A replica under observation. */
interface Watched {
  readonly replica: string;
  /** What it gets of what each other replica is given. */
  readonly share: number;
  /** Grants since it is watched, its own and those of the others. */
  own: number;
  others: number;
}

/** Where a suspect waits: in the store, for a replica of its own; or `here`, until it is known what it broke on. */
export type Apart = 'store' | 'here';

/** One pool as this node sees it: the truth about its tickets, of which the store keeps a copy. */
export interface Pool {
  readonly name: string;
  readonly setting: PoolSetting;
  link: Link;
  home: Home;
  /** The shared store is known to be away. */
  isAway: boolean;
  life: string;
  /** End of the lease as far as this node can be sure of it. */
  leaseEndMs: number;
  beatAtMs: number;
  /** The shared store's clock, when it was heard last. */
  heardTime: { readonly us: number; readonly atMs: number } | undefined;
  /** Other nodes' lives, and what their replicas can take. */
  others: ReadonlyMap<string, string>;
  /** Replicas that they offer. */
  remoteReplicas: number;
  /** Their real models, by address, as far as they are told. */
  remoteModels: ReadonlyMap<string, string>;
  /** Real models that this node's replicas have or will have, as it was told. */
  expectedModels: readonly string[];
  /** Real models that a ticket may ask for; none while there is but one. */
  variants: ReadonlySet<string>;
  /** The replica that gets its part of what the others are given, if there is one. */
  watched: Watched | undefined;
  /** Ids of tickets that asked for one and waited when last looked at. */
  readonly choosy: Set<string>;
  draining: boolean;
  /** By the ticket's id, oldest first as far as none was given back. Suspects are among them. */
  readonly waiting: Map<string, Waiting>;
  /** Ids of those among them that ran before and were given back. */
  readonly again: Set<string>;
  /** By the ticket's id; a ticket is here or in `waiting`. */
  readonly running: Map<string, Running>;
  /** Other nodes' tickets that run here, by claim. */
  readonly guests: Map<string, Hosted>;
  /** Claims of other nodes that were dropped although their ticket waits on, to be answered alike again. Bounded. */
  readonly dropped: Set<string>;
  /** By name. */
  readonly replicas: Map<string, Replica>;
  /** Lives of other nodes' replicas, by address: another one after each end that was told. */
  readonly remoteLives: Map<string, number>;
  /** Replicas whose engine ended unasked and was not opened since, and when it ended: most come back. */
  readonly lost: Map<string, number>;
  /** Ids of those that wait apart from the line, to run alone; longest first. */
  readonly suspects: Map<string, Apart>;
  /** Undefined while no suspect waits, runs, or has a verdict to come. */
  aside: Aside | undefined;
  readonly memory: Memory;
  readonly estimates: Estimates;
  readonly affinity: Affinity;
  pace: Pace;
  /** Of the whole pool, as the store said last. */
  depth: number;
  apart: number;
  /** Lives of replicas and commits, counted. */
  named: number;
  /** Not yet sent, in order. */
  outbox: Transition[];
  /** Sent and unanswered: at most one commit. */
  inFlight: Commit | undefined;
  sentAtMs: number;
  /** Transitions of the restoring commits still to be answered. */
  restoreLeft: number;
  /** A claim may find something although nothing is in the outbox. */
  claimDue: boolean;
  /** Ids whose place is asked for. */
  readonly looks: Set<string>;
}

export function createPool(name: string, setting: PoolSetting): Pool {
  return {
    name,
    setting,
    link: 'down',
    home: 'shared',
    isAway: false,
    life: '',
    leaseEndMs: Infinity,
    beatAtMs: -Infinity,
    heardTime: undefined,
    others: new Map(),
    remoteReplicas: 0,
    remoteModels: new Map(),
    expectedModels: [],
    variants: new Set(),
    watched: undefined,
    choosy: new Set(),
    draining: false,
    waiting: new Map(),
    again: new Set(),
    running: new Map(),
    guests: new Map(),
    dropped: new Set(),
    replicas: new Map(),
    remoteLives: new Map(),
    lost: new Map(),
    suspects: new Map(),
    aside: undefined,
    memory: createMemory(),
    estimates: createEstimates(),
    affinity: createAffinity(),
    pace: createPace(),
    depth: 0,
    apart: 0,
    named: 0,
    outbox: [],
    inFlight: undefined,
    sentAtMs: 0,
    restoreLeft: 0,
    claimDue: false,
    looks: new Set(),
  };
}

/** Whether a ticket of this id waits or runs. */
export function isHeld({ waiting, running }: Pool, id: string): boolean {
  return waiting.has(id) || running.has(id);
}

/** A number that this pool never gave before. */
export function nextName(pool: Pool): number {
  pool.named += 1;
  return pool.named;
}

/** Queues a transition for the next commit. Without a store there is nothing to tell: it will be restored from here. */
export function enqueue(pool: Pool, transition: Transition): void {
  if (pool.link === 'up' || pool.link === 'restoring') pool.outbox.push(transition);
}

/** How a replica of this node is called among all. */
export const addressOf = ({ setting }: Pool, replica: string): string => `${setting.node}/${replica}`;
