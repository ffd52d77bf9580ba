export { createCompanion, type Companion, type CompanionEffects } from './companion/companion.ts';
export { managedRedisLaunch, type ManagedRedis } from './companion/redis.ts';
export type { Capacity, Dispatch, Ended, SupervisorEffects, Verdict, WatchReport } from './effects.ts';
export { REPLICA_STATES, type Fleet, type LastExit, type ReplicaState, type ReplicaStatus } from './fleet.ts';
export type { Command, Exit, ProcessGroup, Processes } from './group/process-group.ts';
export { createProcesses, type ProcessesEffects } from './group/processes.ts';
export { createSupervisor } from './run.ts';
export type { FleetChange, OperationResult, OutputLine, Progress, Supervisor, Transition } from './supervisor.ts';
