import type { Endpoint, StartPhase } from '../engine/index.ts';

/** States of a replica, in the order it lives. The union that carries their data is `replica/state.ts`. */
export const REPLICA_STATES = [
  'waiting_for_card', // another replica of the card starts or stops
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

/** How a replica's engine ended last. */
export interface LastExit {
  /** One word for a label, from `engine/exit.ts`. */
  readonly cause: string;
  readonly code: number | null;
  readonly signal: string | null;
  /** One line for an operator: what to do next. */
  readonly advice: string;
  readonly atUnixMs: number;
}

/** One replica as others may see it: a copy, never to be branched on in place of asking. */
export interface ReplicaStatus {
  readonly name: string;
  readonly pool: string;
  readonly model: string;
  readonly gpu: number | undefined;
  readonly state: ReplicaState;
  readonly phase: StartPhase | undefined;
  /** The leader's process id. */
  readonly pid: number | undefined;
  readonly endpoint: Endpoint;
  /** In this state since, Unix milliseconds. */
  readonly sinceUnixMs: number;
  readonly restarts: number;
  readonly lastExit: LastExit | undefined;
  /** From the engine's own metrics, once it is warm. */
  readonly kvCapacityTokens: number | undefined;
}

/** The supervisor's read-only face: what the gateway and `status` see. */
export interface Fleet {
  /** All replicas, in the config's order. */
  replicas(): readonly ReplicaStatus[];
  /** Calls back after each transition; returns how to stop that. */
  onTransition(listener: (replica: ReplicaStatus) => void): () => void;
}
