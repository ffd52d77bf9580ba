import { z } from 'zod';

const origin = z
  .string()
  .regex(/^(\*|[a-z][a-z0-9+.-]*:\/\/[^/\s]+)$/i, 'an origin is "https://host[:port]", without a path, or "*"');

/** Which pages of other origins may call the gateway from a browser; none without it. */
export const corsSchema = z
  .strictObject({
    allow_origins: z.array(origin).min(1).max(64),
    max_age_s: z
      .int()
      .min(0)
      .max(86_400)
      .default(600)
      .meta({ description: 'How long a browser may keep the answer to a preflight.' }),
  })
  .transform((it) => ({ allowOrigins: it.allow_origins.map((text) => text.toLowerCase()), maxAgeS: it.max_age_s }))
  .optional();
