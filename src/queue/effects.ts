import type { Clock, Log, Metrics } from '../telemetry/index.ts';
import type { Send } from './outgoing.ts';
import type { Wire } from './relay/wire.ts';
import type { Store } from './store.ts';
import type { Outcome, Usage } from './ticket.ts';

/**
 * What an execution told of its engine: it ended well | bytes of its answer came | the API refused it, which takes no
 * engine | a 5xx | its connection broke | it was aborted unasked.
 */
export type Passive = 'answered' | 'flowing' | 'declined' | 'server_error' | 'reset' | 'aborted';

/** What one execution on a replica of this node took. */
export interface Measurement {
  readonly outcome: Outcome;
  /** Requests that ran on the replica, this one among them: when it was sent or when it ended, whichever were more. */
  readonly load: number;
  /** From its sending to the first bytes of a stream; `undefined` where the answer came in one piece, or none. */
  readonly firstByteMs: number | undefined;
  /** From its sending to its end. */
  readonly totalMs: number;
  /** As far as it was told. A prompt of 0 is one that nobody counted. */
  readonly used: Usage | undefined;
}

/** What the queue needs of the world. */
export interface QueueEffects {
  readonly store: Store;
  /** Messages to and from the other nodes. */
  readonly wire: Wire;
  /** This node's name in the store: no `:` and no `/` in it. */
  readonly nodeName: string;
  readonly send: Send;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Text that is unique for ever: claims and lives are named with it. */
  readonly newId: () => string;
  /** Wall clock: only for telling people, and the store, until when a request is quarantined. */
  readonly unixMs: () => number;
  /**
   * Each end of an execution, once, unless it tells nothing of the engine: its client left, say. And before that now
   * and then `flowing`, while its answer comes.
   */
  readonly heard: (replica: string, passive: Passive) => void;
  /** Each end of an execution that was sent, once. Absent: nothing is measured. */
  readonly measured?: ((replica: string, measurement: Measurement) => void) | undefined;
}
