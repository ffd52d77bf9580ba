export type { Endpoint } from './endpoint.ts';
export { START_PHASES, type Engine, type Launch, type ReplicaPlan, type StartPhase } from './launch.ts';
export type { EngineClient, EngineFailure, EngineReply, EngineRequest } from './protocol.ts';
