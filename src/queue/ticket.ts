import type { Outgoing, Reply } from './outgoing.ts';
import type { Rate } from './store.ts';

/** How urgent a request is. While several wait each has its share; none starves. */
export const PRIORITIES = ['interactive', 'default', 'bulk'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** What a request's cost is guessed from before anything of it has run. */
export interface RequestSize {
  /** Guess at the prompt's length from its bytes, on the high side. Tokens. */
  readonly promptTokens: number;
  /** The longest one answer may get; `undefined` where the request does not say. */
  readonly outputTokensMax: number | undefined;
  /** The shortest that it asks for; `undefined` where it does not. */
  readonly outputTokensMin: number | undefined;
  /** Answers wanted from one prompt. */
  readonly choices: number;
  /** Longest prompt and answer together that the model takes; `undefined` where the config does not say. */
  readonly contextTokens: number | undefined;
}

/** What a tenant may do in a pool. */
export interface TenantLimits {
  /** Its share beside other tenants that have something in line. Above 0. */
  readonly weight: number;
  /** Most of its requests in line. */
  readonly depthMax: number;
  /** `undefined`: no limit. */
  readonly requestsPerMinute: number | undefined;
  readonly tokensPerMinute: number | undefined;
}

/** What the queue knows of a request: enough to order and place it, nothing of its content. */
export interface Ticket {
  /** Unique for ever: made by this node for each request, whatever id its client sent. */
  readonly id: string;
  readonly pool: string;
  /** 1 to 64 of `A-Za-z0-9._:@-`. */
  readonly tenant: string;
  readonly priority: Priority;
  readonly size: RequestSize;
  readonly limits: TenantLimits;
  /** Requests of one key run best where the last of them ran: a session, or a long common prefix. */
  readonly affinity: string | undefined;
  /**
   * The real model that it must run on, while replicas of the pool have different ones and one has it or will; else it is
   * any replica's. Absent: any replica's.
   */
  readonly variant?: string | undefined;
  /** Held in this node's memory until it ends. */
  readonly bodyBytes: number;
  /** The longest it may wait in line from now on. */
  readonly maxWaitMs: number;
  /** Says whether two requests ask the same of an engine: a hash of pool, path and body, made when first asked for. */
  readonly fingerprint: () => string;
}

/** Tokens as an engine counted them. */
export interface Usage {
  readonly prompt: number;
  readonly completion: number;
  /** Part of `prompt` that came from the prefix cache. */
  readonly cached: number;
}

/** Why a ticket got no grant. The gateway turns it into a status and a code. */
export type Refusal =
  | { readonly reason: 'server_overloaded'; readonly depth: number; readonly retryAfterMs: number } // the line is full
  | { readonly reason: 'bodies_full'; readonly heldBytes: number; readonly retryAfterMs: number } // so is the memory for bodies
  | { readonly reason: 'tenant_queue_full'; readonly depth: number; readonly retryAfterMs: number } // of its tenant's
  | {
      readonly reason: 'rate_limit_exceeded'; // its tenant's allowance is used up
      readonly by: 'requests' | 'tokens';
      readonly retryAfterMs: number;
      readonly rate: Rate;
    }
  | { readonly reason: 'queue_timeout'; readonly waitedMs: number } // its longest wait is over
  | { readonly reason: 'wait_too_long'; readonly predictedMs: number; readonly retryAfterMs: number } // it would be over first
  | { readonly reason: 'queue_unavailable' } // Redis is away
  | { readonly reason: 'no_replica' } // nobody configured such a pool or opened a replica of it
  | { readonly reason: 'draining' } // this node stops
  | { readonly reason: 'engine_failed' } // given back once too often
  | { readonly reason: 'quarantined'; readonly fingerprint: string; readonly untilUnixMs: number } // it kills engines
  | { readonly reason: 'cancelled' } // its client left
  | { readonly reason: 'cancelled_by_operator' };

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

/** Where a waiting ticket stands. */
export interface Standing {
  /** Tickets ahead of it, as far as can be told: others may pass it, or leave. */
  readonly ahead: number;
  /** Until its turn, at the rate at which the line moved lately; `undefined` while that is not known. */
  readonly etaMs: number | undefined;
}

/** Leave to run one request on one replica. Ends exactly once, by `finish` or `giveBack`. */
export interface Grant {
  readonly ticket: Ticket;
  /** Its name on its host. */
  readonly replica: string;
  /** The real model that this has, where that is known. */
  readonly model?: string | undefined;
  /** This execution's id, unique for ever: the fence of `docs/adr`. */
  readonly claim: string;
  /** 1 for the first execution. */
  readonly attempt: number;
  /** Time in line, of all attempts; running is none. */
  readonly waitedMs: number;
  /** Its queue was this node's memory, for want of Redis. */
  readonly degraded: boolean;
  /** What is left of its tenant's allowances; `undefined` where it has none. */
  readonly rate: Rate | undefined;
  /** An operator has ended it: what breaks now is no fault of the engine. */
  isCancelled(): boolean;
  /** Sends the request to the granted replica; answers at the status line. Never throws. */
  send(request: Outgoing): Promise<Reply>;
  /** Bytes of the answer have come, just now: its engine works. For each chunk; not every one is told further. */
  received(): void;
  /** What it has used so far, where the answer tells on its way: the room it holds is corrected. */
  used(usage: Usage): void;
  /** Frees the room at once; settled in Redis in the background. `used` corrects what its tenant was charged. */
  finish(outcome: Outcome, used?: Usage): void;
  /**
   * The replica failed before a byte was seen: back to the head of the line, in the old order, for another grant. Not there
   * while another replica of the pool is open. One that was in two engine deaths waits to run alone on a replica; one
   * that dies there too is `quarantined`.
   */
  giveBack(failure: Failure): Promise<Admission>;
}
