import type { Launch, ReplicaPlan, StartPhase } from '../engine/index.ts';
import type { Clock, Log, Metrics } from '../telemetry/index.ts';
import type { Processes } from './group/process-group.ts';

/** Room of one replica, as its engine reported it. */
export interface Capacity {
  readonly kvTokens: number;
  readonly sequencesMax: number;
}

/** What health thinks of a running engine. `stalled` and `dead` end it. */
export type Verdict =
  | { readonly is: 'ok' }
  | { readonly is: 'busy' }
  | { readonly is: 'stalled'; readonly forMs: number }
  | { readonly is: 'dead'; readonly because: string };

/** What a watch over one life of an engine reports, in this order; verdicts as often as it likes. */
export type WatchReport =
  | { readonly on: 'answering' } // the API took a request
  | { readonly on: 'warm'; readonly capacity: Capacity } // a one-token completion came back the real way
  | { readonly on: 'verdict'; readonly verdict: Verdict };

/** Where work for replicas comes from. */
export interface Dispatch {
  /** A replica may be given work from now on. */
  open(replica: string, pool: string, capacity: Capacity): void;
  /** No further work; resolves once nothing runs on it. */
  close(replica: string): Promise<void>;
  /** Requests that run on it, for the log. */
  inFlight(replica: string): number;
}

/** An exit to be explained. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last lines the engine wrote, oldest first. */
  readonly logTail: readonly string[];
  /** Whether it had ever been ready. */
  readonly whileIn: 'starting' | 'serving';
}

/** Everything the supervisor does to the world and asks of other rooms. */
export interface SupervisorEffects {
  readonly clock: Clock;
  readonly processes: Processes;
  readonly dispatch: Dispatch;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'replicaState' | 'replicaRestarts' | 'replicaStartSeconds'>;
  /** The command of a replica. Throws where there is none, saying what to do about it. */
  launch(plan: ReplicaPlan): Launch;
  /** The start phase that a line of output announces. */
  startPhase(line: string): StartPhase | undefined;
  classifyExit(ended: Ended): { readonly cause: string; readonly advice: string };
  /** Watches one life of an engine from its spawn until `stop`. */
  watch(plan: ReplicaPlan, listener: (report: WatchReport) => void): { stop(): void };
  /** 0 ≤ x < 1. */
  random(this: void): number;
  /** The wall clock, for timestamps that people read. */
  unixMs(this: void): number;
}
