import { z } from 'zod';
import { duration, milliseconds } from './duration.ts';

/** What a tenant may be called. */
export const TENANT_NAME = /^[A-Za-z0-9._:@-]{1,64}$/;

const tenantName = z.string().regex(TENANT_NAME, 'a tenant is 1-64 of letters, digits, ".", "_", ":", "@" and "-"');

/** What holds for one tenant, or for all that say nothing else. */
const limits = {
  weight: z.number().min(0.01).max(1000).optional().meta({ description: 'Its share beside other tenants. Default 1.' }),
  queue_share: z.number().min(0.001).max(1).optional().meta({
    description: 'Most of a line that it may take, as a part of queue.max_depth. Default 0.25.',
  }),
  requests_per_minute: z.int().min(1).max(10_000_000).optional(),
  tokens_per_minute: z.int().min(1).max(10_000_000_000).optional(),
  pools: z
    .array(z.string().min(1))
    .min(1, 'a tenant that may use no pool needs no key')
    .max(256)
    .optional()
    .meta({ description: 'Pools that it may use; others are 403 model_not_allowed. Default: all.' }),
  max_priority: z.enum(['interactive', 'default', 'bulk']).optional().meta({
    description: 'The most urgent that its requests may be; what asks for more runs as this. Default interactive.',
  }),
  max_tokens: z.int().min(1).max(10_000_000).optional().meta({
    description: 'Longest answer of one request, its n choices together; more is 400. Default: what the model takes.',
  }),
  deadline_s: duration().optional().meta({
    description: 'Longest that its requests wait in line. Default, and at most, queue.max_wait_s.',
  }),
  max_in_flight: z.int().min(1).max(1_000_000).optional().meta({
    description:
      'Most of its requests at once at this gateway, those in line included; more is 429. Default: no limit.',
  }),
  auto_routing: z.boolean().optional().meta({ description: 'Whether `auto` chooses a pool for it. Default true.' }),
  fallback: z.boolean().optional().meta({
    description: 'Whether another pool may serve what its own cannot. Default false.',
  }),
};

const limitsOf = (it: z.output<z.ZodObject<typeof limits>>) => ({
  weight: it.weight,
  queueShare: it.queue_share,
  requestsPerMinute: it.requests_per_minute,
  tokensPerMinute: it.tokens_per_minute,
  pools: it.pools,
  maxPriority: it.max_priority,
  maxTokens: it.max_tokens,
  deadlineMs: it.deadline_s === undefined ? undefined : milliseconds(it.deadline_s),
  maxInFlight: it.max_in_flight,
  autoRouting: it.auto_routing,
  fallback: it.fallback,
});

const namesTenants = z.boolean().default(false).meta({
  description: 'Its keys speak for others: gateway.tenant_header names the tenant of each request.',
});

/** Those whose limits differ; anybody else has `tenant_defaults`. Limits of the queue hold per pool. */
export const tenantsSchema = z
  .array(
    z
      .strictObject({ name: tenantName, names_tenants: namesTenants, ...limits })
      .transform((it) => ({ name: it.name, namesTenants: it.names_tenants, ...limitsOf(it) })),
  )
  .max(10_000)
  .default([]);

/** What holds for every tenant that does not say otherwise. */
export const tenantDefaultsSchema = z.strictObject(limits).prefault({}).transform(limitsOf);
