export type { Config } from './config.ts';
export { replicaDefinitions, type ReplicaDefinition } from './definitions.ts';
export { describeBound, describePlan } from './describe-plan.ts';
export { isEmpty, planChange, type Plan, type PlanStep } from './diff.ts';
export { layer, readLayered, sayOtherwise, swapModel, type Layered, type LayeredResult } from './layered.ts';
export { NO_OVERLAY, type Overlay } from './overlay.ts';
export type { GuardrailHook, GuardrailRule, GuardrailsConfig } from './guardrails-section.ts';
export { MATCH_CHARACTERS_MAX, type CharSet, type Pattern } from './pattern/pattern.ts';
export { configJsonSchema } from './json-schema.ts';
export { loadConfig, parseConfig, type LoadContext, type LoadResult } from './load.ts';
export { locateConfig } from './locate.ts';
export { type Paths } from './paths.ts';
export { locateControlSocket, locatePaths } from './control-socket.ts';
export type { Checks } from './prompt-set/checks.ts';
export type { AnswerSchema, JsonType } from './prompt-set/json-schema.ts';
export { isShippedSet, loadPromptSet, parsePromptSet, SHIPPED_SETS, type ShippedSet } from './prompt-set/parse.ts';
export type { Prompt, PromptSet } from './prompt-set/schema.ts';
export { formatProblem, type Problem } from './problem.ts';
export { isLoopback } from './own-address.ts';
export { TENANT_NAME } from './tenants-section.ts';
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
  type TenantConfig,
  type TenantDefaults,
} from './schema.ts';
export type { RestartConfig } from './restart-policy.ts';
