import { z } from 'zod';
import { duration, milliseconds } from './duration.ts';

const seconds = (fallback: number) => duration().default(fallback);
const share = (fallback: number) => z.int().min(1).max(1000).default(fallback);

/** How a request waits. Limits of one tenant are in `tenants`. */
export const queueSchema = z
  .strictObject({
    max_depth: z.int().min(1).max(1_000_000).default(2000).meta({ description: 'Requests waiting per pool.' }),
    max_body_bytes: z
      .int()
      .min(1_048_576)
      .max(1_099_511_627_776)
      .default(1_073_741_824)
      .meta({ description: 'Bodies of requests that wait or run on this node, together.' }),
    max_wait_s: seconds(120),
    flush_after_s: seconds(10).meta({
      description: 'A stream that waits so long gets its headers, and comments that tell its place.',
    }),
    shares: z
      .strictObject({ interactive: share(16), default: share(4), bulk: share(1) })
      .prefault({})
      .meta({ description: 'How the room is shared between priorities while several wait.' }),
    ageing_s: seconds(30).meta({ description: 'A share grows by its own size for each such time of waiting.' }),
    quantum_tokens: z.int().min(0).max(10_000_000).default(1024).meta({
      description: "So far one tenant's requests may run ahead of the next tenant's, to stay together.",
    }),
    lease_s: duration()
      .refine((it) => it >= 2, 'at least 2: a node renews its lease every fifth of it')
      .default(10)
      .meta({
        description: 'A node that says nothing so long has lost what it held for others.',
      }),
    quarantine_s: seconds(3600).meta({ description: 'How long a request that killed three engines is refused.' }),
    idempotency_ttl_s: seconds(86_400).meta({ description: 'How long an answer to an Idempotency-Key is kept.' }),
    on_redis_down: z.enum(['degraded', 'refuse']).default('degraded').meta({
      description: 'degraded: requests wait in memory for the replicas of this host.',
    }),
  })
  .prefault({})
  .transform((it) => ({
    maxDepth: it.max_depth,
    maxBodyBytes: it.max_body_bytes,
    maxWaitMs: milliseconds(it.max_wait_s),
    flushAfterMs: milliseconds(it.flush_after_s),
    shares: it.shares,
    ageingMs: milliseconds(it.ageing_s),
    quantumTokens: it.quantum_tokens,
    leaseMs: milliseconds(it.lease_s),
    quarantineMs: milliseconds(it.quarantine_s),
    idempotencyTtlMs: milliseconds(it.idempotency_ttl_s),
    onRedisDown: it.on_redis_down,
  }));
