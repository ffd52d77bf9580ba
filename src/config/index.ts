export {
  CARD_MEMORY_FRACTION_MAX,
  type EngineConfig,
  type FlagValue,
  type GatewayConfig,
  type HealthConfig,
  type PoolConfig,
  type QueueConfig,
  type RedisConfig,
  type ReplicaConfig,
  type RestartConfig,
} from './schema.ts';
export { type Paths } from './paths.ts';
