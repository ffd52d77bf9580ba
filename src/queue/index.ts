export { createQueue } from './create-queue.ts';
export type { Measurement, Passive, QueueEffects } from './effects.ts';
export type { BodyFlow, BodyListener, Outgoing, Reply, ReplyBody, Send } from './outgoing.ts';
export { createMemory, createMemoryStore, type Memory } from './memory-store.ts';
export type { Finding } from './audit.ts';
export { createBodies, type Bodies } from './bodies.ts';
export type { Capacity, Ending, EngineLoad, PoolDepth, QuarantinedRequest, Queue } from './queue.ts';
export { createRedisStore, type RedisTarget } from './redis-store.ts';
export { createMemoryWire, createRedisWire, type RedisWireEffects, type Wire } from './relay/index.ts';
export type { Rate, Store } from './store.ts';
export type { PoolState } from './pool-state.ts';
export {
  PRIORITIES,
  type Admission,
  type Failure,
  type Grant,
  type Outcome,
  type Priority,
  type Refusal,
  type RequestSize,
  type Standing,
  type TenantLimits,
  type Ticket,
  type Usage,
} from './ticket.ts';
export { createKeyed } from './keyed/create-keyed.ts';
export { AnswerLostError, type KeptAnswer, type Keyed, type KeyedRequest, type Recorder } from './keyed/keyed.ts';
export { createMemoryKeyedStore } from './keyed/memory-keyed-store.ts';
export { createRedisKeyedStore } from './keyed/redis-keyed-store.ts';
export { requestFingerprint } from './keyed/request-fingerprint.ts';
