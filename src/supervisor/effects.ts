import type { ExitClass, ExitEvidence, Launch, ReplicaPlan, StartProgress } from '../engine/index.ts';
import type { Capacity, StartWatch } from '../health/index.ts';
import type { Clock, Log, Metrics } from '../telemetry/index.ts';
import type { KernelLog } from './card/kernel-log.ts';
import type { CardReader } from './card/reading.ts';
import type { Processes } from './group/process-group.ts';

/** Where work for replicas comes from. */
export interface Dispatch {
  /**
   * A replica may be given work from now on, which its `model` (the real one) runs: up to a `share` of its capacity, above
   * 0 and at most 1. An open one that is opened again has another share from then on.
   */
  open(replica: string, pool: string, capacity: Capacity, model: string, share: number): void;
  /** No further work; resolves once nothing runs on it. */
  close(replica: string): Promise<void>;
  /** Its engine ends: asked to by us, so that what runs there and breaks has met no death; or unasked, so that it has. */
  end(replica: string, ending: 'asked' | 'unasked'): void;
  /** Requests that run on it, for the log. */
  inFlight(replica: string): number;
}

/** Everything the supervisor does to the world and asks of other rooms. */
export interface SupervisorEffects {
  readonly clock: Clock;
  readonly processes: Processes;
  readonly cards: CardReader;
  /** How long a start waits for its card's memory, in ms. Read anew by each. */
  readonly cardWaitMs: number;
  readonly kernelLog: KernelLog;
  readonly dispatch: Dispatch;
  readonly log: Log;
  readonly metrics: Pick<
    Metrics,
    | 'replicaState'
    | 'replicaTransitions'
    | 'replicaRestarts'
    | 'replicaStartSeconds'
    | 'rolloutActive'
    | 'rollouts'
    | 'rolloutStepSeconds'
  >;
  /** The command of a replica; `undefined` where somebody else runs its engine. Throws where there is none, saying what to do about it. */
  launch(plan: ReplicaPlan): Launch | undefined;
  /** Reads the output of one start: how far it is, where a line took it further. */
  followStart(): (line: string) => StartProgress | undefined;
  /** Whether an engine is lost when its process of this comm ends. */
  isVital(comm: string): boolean;
  classifyExit(exit: ExitEvidence): ExitClass;
  /** Watches one life of an engine from its spawn until `stop`. */
  readonly watch: StartWatch;
  /** 0 ≤ x < 1. */
  random(this: void): number;
  /** The wall clock, for timestamps that people read. */
  unixMs(this: void): number;
}
