import { z } from 'zod';

/** What a moved replica is asked before it is opened. */
export const evalSchema = z
  .strictObject({
    smoke: z
      .union([z.string().min(1), z.literal(false)])
      .optional()
      .meta({
        description:
          'A file of prompts with checks (docs/eval.md), or a set of the program: smoke (default; for models), plumbing (for any engine). false: none is asked.',
      }),
  })
  .prefault({});
