export type { Config } from './config.ts';
export {
  describePlan,
  describeStep,
  planChange,
  replicaDefinitions,
  type Plan,
  type PlanStep,
  type ReplicaDefinition,
} from './diff.ts';
export type { GuardrailHook, GuardrailRule, GuardrailsConfig } from './guardrails-section.ts';
export { MATCH_CHARACTERS_MAX, type CharSet, type Pattern } from './pattern/pattern.ts';
export { configJsonSchema } from './json-schema.ts';
export { loadConfig, parseConfig, type LoadContext, type LoadResult } from './load.ts';
export { locateConfig } from './locate.ts';
export { type Paths } from './paths.ts';
export { locateControlSocket } from './control-socket.ts';
export { formatProblem, type Problem } from './problem.ts';
export { isLoopback } from './own-address.ts';
export { TENANT_NAME } from './tenants-section.ts';
export {
  CARD_MEMORY_FRACTION_MAX,
  type CardsConfig,
  type EngineConfig,
  type FlagValue,
  type GatewayConfig,
  type HealthConfig,
  type PoolConfig,
  type QueueConfig,
  type RedisConfig,
  type ReplicaConfig,
  type RoutingConfig,
  type TenantConfig,
  type TenantDefaults,
} from './schema.ts';
export type { RestartConfig } from './restart-policy.ts';
