export { createCompanion, type Companion } from './companion/companion.ts';
export type { CompanionEffects } from './companion/perform.ts';
export { managedRedisLaunch, type ManagedRedis } from './companion/redis.ts';
export type { Dispatch, SupervisorEffects } from './effects.ts';
export { REPLICA_STATES, type Fleet, type LastExit, type ReplicaState, type ReplicaStatus } from './fleet.ts';
export type { Command, Exit, ProcessGroup, Processes } from './group/process-group.ts';
export { createProcesses, type ProcessesEffects } from './group/processes.ts';
export { createSupervisor } from './run.ts';
export type { OperationResult, OutputLine, Progress, Supervisor, Transition } from './supervisor.ts';
