export {
  REPLICA_OPERATIONS,
  type ControlHandler,
  type NodeReport,
  type PoolReport,
  type ReloadPreview,
  type ReplicaOperation,
  type ReplicaReport,
} from './api.ts';
export { createControlClient, NoNodeError, type ControlClient } from './client.ts';
export type { OutputLine } from '../supervisor/index.ts';
export { startControlServer, type ControlServer } from './server.ts';
