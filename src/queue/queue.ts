import type { QueueConfig } from '../config/index.ts';
import type { Finding } from './audit.ts';
import type { PoolState } from './pool-state.ts';
import type { Admission, Standing, Ticket } from './ticket.ts';

/** Room of one replica. */
export interface Capacity {
  /** KV-cache tokens it can hold (`vllm:cache_config_info`). */
  readonly kvTokens: number;
  /** Requests at once (`--max-num-seqs`). */
  readonly sequencesMax: number;
}

/** How a replica is opened. */
export interface Opening extends Capacity {
  /** The real model that it has: a ticket may ask for it. */
  readonly model?: string | undefined;
  /**
   * Part of its capacity that is given out, above 0 and at most 1; absent: all of it. With less than all of it it also gets
   * that part of what each other replica of its pool on this node is given, wherever that would run best: else it might be
   * given nothing while the others have more room.
   */
  readonly share?: number | undefined;
}

/**
 * How an engine ends: by us, as when a drain takes too long, so that what breaks there is no death; or unasked: it died,
 * or hung and had to be killed.
 */
export type Ending = 'asked' | 'unasked';

/** How an engine is loaded, as its own metrics say it; `undefined` where they do not. Each look, about once a second. */
export interface EngineLoad {
  /** Requests that wait inside the engine: `vllm:num_requests_waiting`. */
  readonly waiting: number | undefined;
  /** Ever so far: `vllm:num_preemptions_total`. */
  readonly preemptions: number | undefined;
  /** Part of its KV cache in use, 0 to 1: `vllm:kv_cache_usage_perc`. */
  readonly kvUsage: number | undefined;
}

/** One pool's line, as `status` and `/metrics` show it. */
export interface PoolDepth {
  readonly pool: string;
  readonly waiting: number;
  readonly oldestWaitMs: number;
  /** Replicas that other hosts offer to this pool. */
  readonly remoteReplicas: number;
}

/** A request that is refused because it killed three engines, the last one alone. Nothing of its content. */
export interface QuarantinedRequest {
  readonly fingerprint: string;
  readonly pool: string;
  readonly untilUnixMs: number;
}

/** The queue's door. */
export interface Queue {
  /**
   * Waits for leave to run. Aborting `signal` takes the ticket out of the line. Rejects only where a ticket of this id
   * waits or runs already, which is a mistake in the program.
   */
  acquire(ticket: Ticket, signal: AbortSignal): Promise<Admission>;
  /** A replica may be given work from now on. Of one that is open already more or less is given out, and what runs goes on. */
  openReplica(replica: string, pool: string, opening: Opening): void;
  /** Real models that replicas of a pool have or will have on this node, open or not: tickets that ask for one wait. */
  expectModels(pool: string, models: readonly string[]): void;
  /** No further grants for a replica; resolves once none of its grants is running. */
  closeReplica(replica: string): Promise<void>;
  /**
   * The engine of a closed replica ends now. Unasked, what runs there was in its death, and so was what broke there up
   * to `PAUSE_MS` ago; a broken connection alone is none.
   */
  endReplica(replica: string, ending: Ending): void;
  /** What an engine's metrics said; its replica's budget follows. */
  observe(replica: string, load: EngineLoad): void;
  /** Grants running, per replica. */
  inFlight(replica: string): number;
  /** Whether Redis answers. While it does not, new tickets wait in this node's memory, or with `refuse` are refused. */
  isConnected(): boolean;
  /** Where a waiting ticket of this node stands; `undefined` where it waits no more. */
  standing(ticketId: string, pool: string): Promise<Standing | undefined>;
  /** Takes a waiting ticket out of the line, or ends a running one; whichever node's it is. Says whether there was one. */
  cancel(ticketId: string): Promise<boolean>;
  /** All that the store holds of a pool; of every node. Rejects while there is no store. */
  inspect(pool: string): Promise<PoolState>;
  /** What is wrong in there, in words; empty when all is well. Rejects while there is no store. */
  audit(pool: string): Promise<readonly Finding[]>;
  depths(): Promise<readonly PoolDepth[]>;
  /** Those refused on sight, oldest first within a pool. */
  quarantined(): Promise<readonly QuarantinedRequest[]>;
  /** Lets requests of a fingerprint run again, or with `all` every one; answers how many were quarantined. */
  release(fingerprint: string): Promise<number>;
  /**
   * Other numbers, and perhaps more pools, from now on; what waits or runs keeps what it has. `leaseMs` stays what it was
   * at the start.
   */
  retune(config: QueueConfig, pools: readonly string[]): void;
  /** Refuses all that is new or waiting with `draining`; running grants may finish. */
  drain(): void;
  /** Settles what is left and closes the connection. */
  close(): Promise<void>;
}
