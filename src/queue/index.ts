export type { Outgoing, Reply, Send } from './exchange.ts';
export type { Capacity, PoolDepth, Queue } from './queue.ts';
export {
  PRIORITIES,
  type Admission,
  type Grant,
  type Outcome,
  type Priority,
  type Refusal,
  type Ticket,
} from './ticket.ts';
