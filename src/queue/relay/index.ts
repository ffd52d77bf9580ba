export { createRelay, type RelayEffects } from './create-relay.ts';
export { createMemoryWire, createMemoryWires, type Fate, type MemoryWires } from './memory-wire.ts';
export { createRedisWire, type RedisWireEffects } from './redis-wire.ts';
export {
  nodeOf,
  type Account,
  type Bidding,
  type Guest,
  type GuestGrant,
  type Relay,
  type RelayListener,
} from './relay.ts';
export { BELL_CHANNEL, MESSAGE_BYTES_MAX, type Wire } from './wire.ts';
