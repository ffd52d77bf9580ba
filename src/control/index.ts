export {
  REPLICA_OPERATIONS,
  type CardReport,
  type ClaimReport,
  type ControlHandler,
  type FindingReport,
  type LineReport,
  type NodeReport,
  type PoolReport,
  type QueueReport,
  type ReplicaOperation,
  type ReplicaReport,
  type TicketReport,
} from './api.ts';
export {
  ROLLOUT_OPERATIONS,
  type ChangeEnding,
  type ChangeHandler,
  type LastReloadReport,
  type MoveReport,
  type PlannedMove,
  type ReloadPreview,
  type RolloutOperation,
  type RolloutReport,
  type SwapReport,
} from './changes.ts';
export type { Peer } from './caller.ts';
export { createControlClient, type ControlClient } from './client.ts';
export { type EvalEnding, type EvalRequest, type Evaluate, type ReplicaEvalReport } from './eval.ts';
export { NoNodeError, NoPermissionError, NoRedisError } from './errors.ts';
export type { OutputLine, Transition } from '../supervisor/index.ts';
export { startControlServer, type ControlServer } from './server.ts';
