import { z } from 'zod';
import { duration, milliseconds } from './duration.ts';

/** How replicas are moved from one definition to the next while they serve. */
export const rolloutSchema = z
  .strictObject({
    min_ready: z.int().min(0).max(256).optional().meta({
      description: 'Replicas of a pool that go on serving while others move. Default: all but one.',
    }),
    drain_timeout_s: duration(0).optional().meta({
      description: 'What still runs after so long is ended. Default: restart.drain_timeout_s.',
    }),
    start_timeout_s: duration().default(1800).meta({
      description: 'From the start of a moved replica to its first token; beyond it the change is taken back.',
    }),
    alias_old_name_s: duration(0).default(86_400).meta({
      description: 'How long the name of a model that was replaced leads to the one in its place.',
    }),
  })
  .prefault({})
  .transform((it) => ({
    minReady: it.min_ready,
    drainTimeoutMs: it.drain_timeout_s === undefined ? undefined : milliseconds(it.drain_timeout_s),
    startTimeoutMs: milliseconds(it.start_timeout_s),
    aliasOldNameMs: milliseconds(it.alias_old_name_s),
  }));
