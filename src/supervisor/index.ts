export { createCompanion, type Companion } from './companion/companion.ts';
export type { CompanionEffects } from './companion/perform.ts';
export { managedRedisLaunch, type ManagedRedis } from './companion/redis.ts';
export { createKernelLog, type KernelLog } from './card/kernel-log.ts';
export { createNvidiaSmi } from './card/nvidia-smi.ts';
export type { CardProcess, CardReader, CardReading } from './card/reading.ts';
export type { CardPlace } from './card/lease.ts';
export type { CardView } from './card/run.ts';
export type { Dispatch, SupervisorEffects } from './effects.ts';
export type { Fleet, LastExit, PhaseProgress, ReplicaState, ReplicaStatus } from './fleet.ts';
export type { Command, Exit, ProcessGroup, Processes } from './group/process-group.ts';
export { createProcesses, type ProcessesEffects } from './group/processes.ts';
export { createToolRunner, type RunTool } from './group/tool.ts';
export { orderMoves } from './rollout/order.ts';
export { MOVE_STAGES, standings, type MoveRecord, type RolloutRecord } from './rollout/record.ts';
export type {
  Move,
  PoolPolicy,
  RolloutEffects,
  RolloutEnding,
  RolloutRequest,
  Verdict as RolloutVerdict,
} from './rollout/request.ts';
export type { RolloutView } from './rollout/view.ts';
export {
  createBaseline,
  createWatched,
  judge,
  readBaseline,
  record,
  recordBefore,
  sampleOf,
  watch,
  writeBaseline,
  type Baseline,
  type Judgement,
  type Run,
  type Watched,
} from './objectives/index.ts';
export { createSupervisor } from './run.ts';
export type { OperationResult, OutputLine, Progress, Supervisor, Transition } from './supervisor.ts';
