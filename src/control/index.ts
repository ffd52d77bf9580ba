export {
  REPLICA_OPERATIONS,
  type CardReport,
  type ControlHandler,
  type NodeReport,
  type PoolReport,
  type QuarantineReport,
  type ReloadPreview,
  type ReplicaOperation,
  type ReplicaReport,
} from './api.ts';
export { createControlClient, NoNodeError, type ControlClient } from './client.ts';
export type { OutputLine, Transition } from '../supervisor/index.ts';
export { startControlServer, type ControlServer } from './server.ts';
