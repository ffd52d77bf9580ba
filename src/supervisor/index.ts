export { REPLICA_STATES, type Fleet, type LastExit, type ReplicaState, type ReplicaStatus } from './fleet.ts';
export type { FleetChange, OperationResult, OutputLine, Progress, Supervisor } from './supervisor.ts';
