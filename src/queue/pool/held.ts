import type { Ending } from '../queue.ts';
import type { ClaimKind, PlacedEntry, Rate } from '../store.ts';
import type { Ticket, Usage } from '../ticket.ts';
import type { Cost } from './cost.ts';

/** A ticket and what its executions came to. */
export interface Held {
  readonly ticket: Ticket;
  /** What it is expected to cost. */
  readonly cost: Cost;
  /** Address of the replica that its session or prefix ran on last; empty where none did. */
  readonly prefer: string;
  /** The only variant that may run it; `undefined`: any may. */
  variant: string | undefined;
  /** Executions begun; the one to come included while it waits. */
  readonly attempt: number;
  /** Engine deaths it was in, those included that are not confirmed yet. */
  deaths: number;
  /** Executions that failed in an engine which lives. */
  readonly failures: number;
  /** What is left of its tenant's allowances, as the store said when it was admitted. */
  rate: Rate | undefined;
}

/** A ticket in line, on its way into it, or among the suspects. */
export interface Waiting extends Held {
  /** Into the line, this time. */
  readonly enteredAtMs: number;
  /** Time in line before that; running is none. */
  readonly waitedMs: number;
  /** Its place; undefined until the store has confirmed the admission. */
  order: number | undefined;
  /** Another node's claim of it was dropped before its place was known: it is to be put back. */
  isOwed: boolean;
  /** The store may have another copy of it: taken out when it is bound. */
  stray: boolean;
}

/** One execution on one replica. */
export interface Execution {
  readonly claim: string;
  readonly kind: ClaimKind;
  /** Name of a replica here, address of one elsewhere. */
  readonly replica: string;
  /** Of its replica when it was granted: what ends in the same life met the same death. */
  readonly life: number;
  /** How its engine ended under it, once that was told. */
  ending: Ending | undefined;
  /** Nothing else runs beside it: a death there is pinned on it. */
  readonly alone: boolean;
  /** What it takes of its replica's room; of one elsewhere, as its node knows. */
  heldTokens: number;
}

/** A ticket of this node that was granted and has not ended. */
export interface Running extends Held, Execution {
  /** Time in line, of all attempts. */
  readonly waitedMs: number;
  readonly order: number;
  /** The life of this node that its claim was made of. */
  readonly origin: string;
  /** It runs on another node's replica. */
  readonly isRemote: boolean;
  /** The real model of that replica, where it is known. */
  readonly model: string | undefined;
  /** Its claim was made in this node's memory. */
  readonly degraded: boolean;
  /** What it was said to have used so far; a prompt of 0 is one that nobody counted. */
  seen: Usage | undefined;
  /** An operator wants it gone: however it ends, it does not run again. */
  cancelled: boolean;
}

/** Another node's ticket that runs here. */
export interface Hosted extends Execution {
  readonly entry: PlacedEntry;
  /** What it asks, once the request is here. */
  fingerprint: string | undefined;
}

/** A ticket that waits and has its place in the order. */
export interface Placed extends Waiting {
  order: number;
}

export function isPlaced(waiting: Waiting): waiting is Placed {
  return waiting.order !== undefined;
}

/** Time in line until `nowMs`, of all attempts. */
export function timeInLine({ waitedMs, enteredAtMs }: Waiting, nowMs: number): number {
  return waitedMs + nowMs - enteredAtMs;
}
