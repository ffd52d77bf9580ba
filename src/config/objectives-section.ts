import { z } from 'zod';
import { duration, milliseconds } from './duration.ts';

/** What a replica that was moved has to hold, after it was opened, against what its pool did before. */
export const objectivesSchema = z
  .strictObject({
    hold_s: duration().default(60).meta({ description: 'How long it is watched.' }),
    share: z.number().min(0.01).max(1).default(0.25).meta({
      description: 'The part of its room that it is given meanwhile.',
    }),
    max_slowdown: z.number().min(1).max(100).default(1.5).meta({
      description: 'First token and pace, as a multiple of the record at equal load.',
    }),
    max_error_ratio: z.number().min(0).max(1).default(0.05),
    ttft_p95_ms: z.number().min(1).max(86_400_000).optional().meta({
      description: 'Time to first token, 95th percentile, whatever the record says.',
    }),
    samples_min: z.int().min(1).max(100_000).default(20).meta({
      description: 'With fewer answers than these nothing is decided, and it is taken as it is.',
    }),
  })
  .transform((it) => ({
    holdMs: milliseconds(it.hold_s),
    share: it.share,
    maxSlowdown: it.max_slowdown,
    maxErrorRatio: it.max_error_ratio,
    ttftP95Ms: it.ttft_p95_ms,
    samplesMin: it.samples_min,
  }));
