export { createCompanion, type Companion } from './companion/companion.ts';
export type { CompanionEffects } from './companion/perform.ts';
export { managedRedisLaunch, type ManagedRedis } from './companion/redis.ts';
export { createKernelLog, type KernelLog } from './card/kernel-log.ts';
export { createNvidiaSmi } from './card/nvidia-smi.ts';
export type { CardProcess, CardReader, CardReading } from './card/reading.ts';
export type { CardPlace } from './card/lease.ts';
export type { CardView } from './card/run.ts';
export type { Dispatch, SupervisorEffects } from './effects.ts';
export {
  REPLICA_STATES,
  type Fleet,
  type LastExit,
  type PhaseProgress,
  type ReplicaState,
  type ReplicaStatus,
} from './fleet.ts';
export type { Command, Exit, ProcessGroup, Processes } from './group/process-group.ts';
export { createProcesses, type ProcessesEffects } from './group/processes.ts';
export { createToolRunner, type RunTool } from './group/tool.ts';
export { createSupervisor } from './run.ts';
export type { OperationResult, OutputLine, Progress, Supervisor, Transition } from './supervisor.ts';
