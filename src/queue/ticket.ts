import type { Outgoing, Reply } from './outgoing.ts';

/** How urgent a request is. Lines of one pool are served in this order where nothing else decides. */
export const PRIORITIES = ['interactive', 'default', 'bulk'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** What the queue knows of a request: enough to order and place it, nothing of its content. */
export interface Ticket {
  /** Unique for ever: made by this node for each request, whatever id its client sent. */
  readonly id: string;
  readonly pool: string;
  readonly tenant: string;
  readonly priority: Priority;
  /** Expected KV tokens: prompt and output together. */
  readonly costTokens: number;
  /** The longest it may wait in line from now on. */
  readonly maxWaitMs: number;
}

/** Why a ticket got no grant. The gateway turns it into a status and a code. */
export type Refusal =
  | { readonly reason: 'server_overloaded'; readonly depth: number } // the line is full
  | { readonly reason: 'queue_timeout'; readonly waitedMs: number } // its longest wait is over
  | { readonly reason: 'queue_unavailable' } // Redis is away
  | { readonly reason: 'no_replica' } // nobody configured such a pool or opened a replica of it
  | { readonly reason: 'draining' } // this node stops
  | { readonly reason: 'cancelled' }; // its client left

/** How a granted request ended. */
export type Outcome =
  | 'completed'
  | 'client_gone'
  | 'engine_failed' // the engine is lost, or broke off: its replica gets no work for a moment, or until it is opened anew
  | 'engine_error'; // the engine answered, with an error: it lives

export type Admission =
  { readonly ok: true; readonly grant: Grant } | { readonly ok: false; readonly refusal: Refusal };

/** Leave to run one request on one replica. Ends exactly once, by `finish` or `giveBack`. */
export interface Grant {
  readonly ticket: Ticket;
  readonly replica: string;
  /** This execution's id, unique for ever: the fence of `docs/adr`. */
  readonly claim: string;
  /** 1 for the first execution. */
  readonly attempt: number;
  /** Time in line, of all attempts; running is none. */
  readonly waitedMs: number;
  /** Sends the request to the granted replica; answers at the status line. Never throws. */
  send(request: Outgoing): Promise<Reply>;
  /** Frees the room at once; settled in Redis in the background. */
  finish(outcome: Outcome): void;
  /**
   * The replica died before a byte was seen: back to the head of the line, in the old order, for another grant. Not there
   * while another replica of the pool is open, and like `engine_failed` for the replica.
   */
  giveBack(): Promise<Admission>;
}
