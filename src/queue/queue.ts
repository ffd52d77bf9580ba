import type { Admission, Ticket } from './ticket.ts';

/** Room of one replica. */
export interface Capacity {
  /** KV-cache tokens it can hold (`vllm:cache_config_info`). */
  readonly kvTokens: number;
  /** Requests at once (`--max-num-seqs`). */
  readonly sequencesMax: number;
}

/**
 * How an engine ends: by us, as when a drain takes too long, so that what breaks there is no death; or unasked: it died,
 * or hung and had to be killed.
 */
export type Ending = 'asked' | 'unasked';

/** One pool's line, as `status` and `/metrics` show it. */
export interface PoolDepth {
  readonly pool: string;
  readonly waiting: number;
  readonly oldestWaitMs: number;
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
  /** A replica may be given work from now on. */
  openReplica(replica: string, pool: string, capacity: Capacity): void;
  /** No further grants for a replica; resolves once none of its grants is running. */
  closeReplica(replica: string): Promise<void>;
  /**
   * The engine of a closed replica ends now. Unasked, what runs there was in its death, and so was what broke there up
   * to `PAUSE_MS` ago; a broken connection alone is none.
   */
  endReplica(replica: string, ending: Ending): void;
  /** Grants running, per replica. */
  inFlight(replica: string): number;
  /** Whether Redis answers; while it does not, new tickets are refused with `queue_unavailable`. */
  isConnected(): boolean;
  depths(): Promise<readonly PoolDepth[]>;
  /** Those refused on sight, oldest first within a pool. */
  quarantined(): Promise<readonly QuarantinedRequest[]>;
  /** Lets requests of a fingerprint run again, or with `all` every one; answers how many were quarantined. */
  release(fingerprint: string): Promise<number>;
  /** Refuses all that is new or waiting with `draining`; running grants may finish. */
  drain(): void;
  /** Settles what is left and closes the connection. */
  close(): Promise<void>;
}
