export { createQueue } from './create-queue.ts';
export type { Passive, QueueEffects } from './effects.ts';
export type { Outgoing, Reply, Send } from './outgoing.ts';
export { createMemoryStore } from './memory-store.ts';
export type { Capacity, Ending, PoolDepth, QuarantinedRequest, Queue } from './queue.ts';
export { createRedisStore, type RedisTarget } from './redis-store.ts';
export type { Store } from './store.ts';
export {
  PRIORITIES,
  type Admission,
  type Failure,
  type Grant,
  type Outcome,
  type Priority,
  type Refusal,
  type Ticket,
} from './ticket.ts';
