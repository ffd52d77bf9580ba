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
  /** Says whether two requests ask the same of an engine: a hash of pool, path and body, made when first asked for. */
  readonly fingerprint: () => string;
}

/** Why a ticket got no grant. The gateway turns it into a status and a code. */
export type Refusal =
  | { readonly reason: 'server_overloaded'; readonly depth: number } // the line is full
  | { readonly reason: 'queue_timeout'; readonly waitedMs: number } // its longest wait is over
  | { readonly reason: 'queue_unavailable' } // Redis is away
  | { readonly reason: 'no_replica' } // nobody configured such a pool or opened a replica of it
  | { readonly reason: 'draining' } // this node stops
  | { readonly reason: 'engine_failed' } // given back once too often
  | { readonly reason: 'quarantined'; readonly fingerprint: string; readonly untilUnixMs: number } // it kills engines
  | { readonly reason: 'cancelled' }; // its client left

/** How an engine failed a request that has shown its client nothing yet, so that another may run it. */
export type Failure =
  | 'engine_unreached' // nobody listened: the request was never in an engine
  | 'engine_died' // in the middle of it: the engine said that its core is dead
  | 'connection_broke' // in the middle of it: a death where the engine's end is told too, else perhaps a proxy's limit
  | 'engine_aborted' // `finish_reason: abort` that nobody asked for: vLLM ends so what runs when it is told to stop
  | 'engine_error'; // it lives, and failed this one: a 5xx, or an error in place of a chunk

/** How a granted request ended. A failure may come after the first byte too. */
export type Outcome =
  | 'completed'
  | 'engine_declined' // the engine's considered no, or more of an answer than is taken: it lives and is well
  | 'client_gone' // or lost by a fault of our own: it tells nothing of the engine
  | Failure;

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
  /** Bytes of the answer have come, just now: its engine works. For each chunk; not every one is told further. */
  received(): void;
  /** Frees the room at once; settled in Redis in the background. */
  finish(outcome: Outcome): void;
  /**
   * The replica failed before a byte was seen: back to the head of the line, in the old order, for another grant. Not there
   * while another replica of the pool is open. One that was in two engine deaths waits to run alone on a replica; one
   * that dies there too is `quarantined`.
   */
  giveBack(failure: Failure): Promise<Admission>;
}
