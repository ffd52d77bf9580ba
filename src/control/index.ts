export {
  REPLICA_OPERATIONS,
  type CardReport,
  type ClaimReport,
  type ControlHandler,
  type FindingReport,
  type LineReport,
  type NodeReport,
  type PoolReport,
  type QuarantineReport,
  type QueueReport,
  type ReloadPreview,
  type ReplicaOperation,
  type ReplicaReport,
  type TicketReport,
} from './api.ts';
export { createControlClient, NoNodeError, NoRedisError, type ControlClient } from './client.ts';
export type { OutputLine, Transition } from '../supervisor/index.ts';
export { startControlServer, type ControlServer } from './server.ts';
