import { z } from 'zod';
import { controlSchema } from './control-section.ts';
import { duration, milliseconds } from './duration.ts';
import { evalSchema } from './eval-section.ts';
import { gatewaySchema } from './gateway-section.ts';
import { guardrailsSchema } from './guardrails-section.ts';
import { objectivesSchema } from './objectives-section.ts';
import { queueSchema } from './queue-section.ts';
import { redisSchema } from './redis-section.ts';
import { restartOverrideSchema, restartPolicy, restartSchema } from './restart-policy.ts';
import { rolloutSchema } from './rollout-section.ts';
import { routingSchema } from './routing-section.ts';
import { tenantDefaultsSchema, tenantsSchema } from './tenants-section.ts';

/** Largest sum of `gpu_memory_utilization` of the replicas of one card: vLLM's own default for one server that owns it. */
export const CARD_MEMORY_FRACTION_MAX = 0.92;

const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'a name is 1-40 of a-z, 0-9 and "-", starting with a letter')
  .meta({ description: 'A name: 1-40 of a-z, 0-9 and "-", starting with a letter.' });

const seconds = (fallback: number) => duration().default(fallback);

/** A name that stands on an engine's command line, where one with dashes would be taken for a flag. */
const servedName = z.string().regex(/^[^-\s]\S*$/, 'a model name has no spaces and does not start with "-"');

/** Values of extra engine flags: `true` is a bare flag, `false` its `--no-` form, an object is passed as JSON. */
const flagValue = z.union([z.string(), z.number(), z.boolean(), z.record(z.string(), z.json())]);
const extraArgs = z.record(
  z.string().regex(/^[a-z][a-z0-9-]*$/, 'a flag is written without leading dashes'),
  flagValue,
);

const pool = z
  .strictObject({
    model: z.string().min(1).meta({ description: 'Model id or directory, as `vllm serve` takes it.' }),
    revision: z.string().min(1).optional(),
    served_name: servedName.optional().meta({ description: 'The real name to answer with; default: `model`.' }),
    aliases: z.array(servedName).max(32).default([]),
    max_model_len: z.int().min(1).optional(),
    tool_call_parser: z.union([z.string().min(1), z.literal(false)]).default('hermes'),
    reasoning_parser: z.string().min(1).optional(),
    chat_template_kwargs: z.record(z.string(), z.json()).optional(),
    args: extraArgs.default({}),
    min_ready: z.int().min(0).max(256).optional().meta({ description: 'Default: rollout.min_ready.' }),
    objectives: objectivesSchema.optional().meta({
      description: 'What a moved replica has to hold once it is opened. Default: nothing.',
    }),
  })
  .transform((it) => ({
    model: it.model,
    revision: it.revision,
    servedName: it.served_name ?? it.model,
    aliases: it.aliases,
    maxModelLen: it.max_model_len,
    toolCallParser: it.tool_call_parser === false ? undefined : it.tool_call_parser,
    reasoningParser: it.reasoning_parser,
    chatTemplateKwargs: it.chat_template_kwargs,
    args: it.args,
    minReady: it.min_ready,
    objectives: it.objectives,
  }));

const replica = z
  .strictObject({
    name,
    pool: z.string().min(1),
    gpu: z.int().min(0, 'a card number is 0 or more').optional().meta({ description: 'Card number; absent on a CPU.' }),
    gpu_memory_utilization: z.number().min(0.01).max(1).optional(),
    port: z.int().min(1).max(65_535).optional().meta({ description: 'Loopback port; default: a unix socket.' }),
    url: z
      .string()
      .regex(/^http:\/\/[^/?#@\s]+\/?$/, {
        error: 'a url is http://HOST:PORT, without a path or a password',
        abort: true,
      })
      .refine((url) => URL.canParse(url), 'a url is http://HOST:PORT; a port is at most 65535')
      .optional()
      .meta({ description: 'An engine that somebody else runs: used and watched, never started or stopped.' }),
    args: extraArgs.default({}),
    restart: restartOverrideSchema.default({}).meta({ description: 'What this replica has otherwise than `restart`.' }),
  })
  .transform((it) => ({
    name: it.name,
    pool: it.pool,
    gpu: it.gpu,
    gpuMemoryUtilization: it.gpu_memory_utilization,
    port: it.port,
    url: it.url,
    args: it.args,
    restart: it.restart,
  }));

const engine = z
  .strictObject({
    kind: z.enum(['vllm', 'sim', 'external']).default('vllm').meta({
      description: 'external: every replica has a url; nothing is started.',
    }),
    executable: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'Default: `vllm` of the installed venv, else on PATH.' }),
    env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).default({}),
  })
  .prefault({});

const health = z
  .strictObject({
    interval_s: seconds(1),
    timeout_s: seconds(5),
    dead_after_s: seconds(15),
    stall_after_s: seconds(30),
    idle_probe_s: seconds(15).meta({ description: 'A replica that idles this long is asked for one token.' }),
  })
  .prefault({})
  .transform((it) => ({
    intervalMs: milliseconds(it.interval_s),
    timeoutMs: milliseconds(it.timeout_s),
    deadAfterMs: milliseconds(it.dead_after_s),
    stallAfterMs: milliseconds(it.stall_after_s),
    idleProbeMs: milliseconds(it.idle_probe_s),
  }));

const cards = z
  .strictObject({
    nvidia_smi: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'What reads the cards; default: nvidia-smi on PATH, for simulated engines their own.' }),
    wait_s: seconds(60).meta({ description: "How long a start waits for its card's memory." }),
  })
  .prefault({})
  .transform((it) => ({ nvidiaSmi: it.nvidia_smi, waitMs: milliseconds(it.wait_s) }));

/** What a host does for the others that share its Redis. */
const node = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,64}$/, 'a node name is 1-64 of letters, digits, ".", "_" and "-"')
      .optional()
      .meta({ description: 'Unique among the hosts on one Redis; default: one made once and kept in paths.state.' }),
    roles: z
      .array(z.enum(['gateway', 'worker']))
      .min(1)
      .default(['gateway', 'worker'])
      .meta({ description: 'gateway: takes requests; worker: runs replicas.' }),
  })
  .prefault({});

const paths = z
  .strictObject({ state: z.string().min(1), runtime: z.string().min(1), cache: z.string().min(1) })
  .partial()
  .prefault({});

const telemetry = z
  .strictObject({ log_level: z.enum(['debug', 'info', 'warn', 'error']).default('info') })
  .prefault({})
  .transform((it) => ({ logLevel: it.log_level }));

/** The sections that say where a node's control socket is, whatever the rest of a file is like. */
export const whereaboutsSchema = z.object({ paths, control: controlSchema });

/** The whole file, key by key. What spans keys is in `rules.ts`. */
export const configSchema = z
  .strictObject({
    node,
    gateway: gatewaySchema,
    redis: redisSchema,
    pools: z.record(name, pool).refine((it) => Object.keys(it).length > 0, 'at least one pool is needed'),
    replicas: z.array(replica).max(256).default([]),
    engine,
    cards,
    health,
    restart: restartSchema,
    queue: queueSchema,
    tenants: tenantsSchema,
    tenant_defaults: tenantDefaultsSchema,
    routing: routingSchema,
    guardrails: guardrailsSchema,
    rollout: rolloutSchema,
    eval: evalSchema,
    paths,
    control: controlSchema,
    telemetry,
  })
  .transform(({ restart, replicas, tenant_defaults, ...it }) => ({
    ...it,
    tenantDefaults: tenant_defaults,
    restart: restartPolicy(restart),
    replicas: replicas.map((own) => ({ ...own, restart: restartPolicy(restart, own.restart) })),
  }));

/** A config as the file says it, defaults filled in, durations in milliseconds. */
export type FileConfig = z.output<typeof configSchema>;
export type PoolConfig = FileConfig['pools'][string];
export type ReplicaConfig = FileConfig['replicas'][number];
export type EngineConfig = FileConfig['engine'];
export type HealthConfig = FileConfig['health'];
export type QueueConfig = FileConfig['queue'];
export type RedisConfig = FileConfig['redis'];
export type TenantConfig = FileConfig['tenants'][number];
export type TenantDefaults = FileConfig['tenantDefaults'];
export type GatewayConfig = FileConfig['gateway'];
/** A flag's value in `args`. */
export type FlagValue = z.output<typeof flagValue>;
