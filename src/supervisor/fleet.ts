import type { Endpoint, ExitCause, StartPhase } from '../engine/index.ts';

/** States of a replica, in the order it lives. The union that carries their data is `replica/state.ts`. */
export const REPLICA_STATES = [
  'waiting_for_card', // another replica of the card starts or stops, or its memory is not back yet
  'starting', // its process runs, the API does not answer yet
  'warming', // the API answers; one completion is on its way through it
  'ready', // open for traffic
  'draining', // no new grants; what runs may finish
  'stopping', // SIGTERM sent to the leader
  'cleaning', // SIGKILL sent to the group; waiting until no process of it is left
  'backoff', // waiting before the next start
  'stopped', // asked to be down
  'failed', // will not start again by itself
] as const;
export type ReplicaState = (typeof REPLICA_STATES)[number];

/** How a replica's engine ended last, or why it could not begin: then there is neither code nor signal. */
export interface LastExit {
  readonly cause: ExitCause;
  readonly code: number | null;
  readonly signal: string | null;
  /** One line for an operator: what to do next. */
  readonly advice: string;
  readonly atUnixMs: number;
}

/** Shards read, graphs captured, or per cent of a download. */
export interface PhaseProgress {
  readonly done: number;
  readonly total: number;
}

/** One replica as others may see it: a copy, never to be branched on in place of asking. */
export interface ReplicaStatus {
  readonly name: string;
  readonly pool: string;
  readonly model: string;
  readonly gpu: number | undefined;
  readonly state: ReplicaState;
  /** While it waits for its card: its turn, or with the card its own that the memory of those before it is back. */
  readonly waitingFor: 'turn' | 'memory' | undefined;
  readonly phase: StartPhase | undefined;
  /** How far that phase is, where the engine tells. */
  readonly progress: PhaseProgress | undefined;
  /** While `starting` or `warming`: what health met there last instead of an answer or a token, in one line. */
  readonly notReadyBecause: string | undefined;
  /** The leader's process id; none where somebody else runs the engine. */
  readonly pid: number | undefined;
  readonly endpoint: Endpoint;
  /** In this state since, Unix milliseconds. */
  readonly sinceUnixMs: number;
  /** Endings that were not asked for, ever. */
  readonly restarts: number;
  /** Further endings it may have now before it is `failed`; `undefined`: no number of them fails it. */
  readonly restartsLeft: number | undefined;
  readonly lastExit: LastExit | undefined;
  /** The name its engine answers to in this life: its pool's; of one that somebody else runs the real model's. */
  readonly engineModel: string;
  /** From the engine's own metrics, once it is warm. */
  readonly kvCapacityTokens: number | undefined;
}

/** The supervisor's read-only face: what the gateway and `status` see. */
export interface Fleet {
  /** All replicas, in the config's order. */
  replicas(): readonly ReplicaStatus[];
  /** Calls back after each change of state, and each step a start makes; returns how to stop that. */
  onTransition(listener: (replica: ReplicaStatus) => void): () => void;
}
