import { z } from 'zod';

/** What one run of the load generator is told: one point against one target. */
export const jobSchema = z.strictObject({
  port: z.int().min(1).max(65_535),
  /** Clients, each with one request at a time. */
  concurrency: z.int().min(1).max(16_384),
  /** `requests`: whole answers, timed from sending to last byte. `streams`: tokens, timed from their stamp. */
  kind: z.enum(['requests', 'streams']),
  /** The model to ask for. */
  model: z.string(),
  /** Tokens a stream; streams only. */
  tokens: z.int().min(1),
  /** Over this time the clients begin, evenly, so that streams are staggered. */
  rampMs: z.number().min(0),
  /** From the beginning to the window; at least `rampMs`. */
  warmUpMs: z.number().min(0),
  windowMs: z.number().positive(),
  /** Beside those of every request; some targets want a key, or are told by headers where to go. */
  headers: z.record(z.string(), z.string()).optional(),
  /** What the target has before `/v1`. */
  path: z.string().optional(),
  /** Length of the right whole answer of a target that writes it anew; default: the upstream's own. */
  documentBytes: z.int().min(1).optional(),
  /** Tokens of all streams at the same moments, as an engine's steps give them out. */
  inStep: z.boolean().optional(),
  /** Processes whose CPU time over the window counts. */
  pids: z.array(z.int()),
});
export type Job = z.output<typeof jobSchema>;

/** What it answers: everything within the window, faults before and after it too. */
export const measurementSchema = z.strictObject({
  windowSeconds: z.number().positive(),
  /** Requests whose last byte came within the window. */
  answers: z.int(),
  /** What was timed: answers, or tokens of streams. */
  samples: z.int(),
  timeMs: z.strictObject({ p50Ms: z.number(), p99Ms: z.number() }),
  errors: z.int(),
  /** The first few faults, in words. */
  faults: z.array(z.string()),
  /** In the order of `pids`; memory at the window's end. */
  processes: z.array(z.strictObject({ cpuSeconds: z.number(), residentBytes: z.number() })),
});
export type Measurement = z.output<typeof measurementSchema>;
