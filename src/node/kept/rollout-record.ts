import { z } from 'zod';
import { MOVE_STAGES, type RolloutRecord } from '../../supervisor/index.ts';

/** A rollout as the supervisor tells it, read back. What JSON leaves out was `undefined`. */
export const recordSchema = z
  .object({
    id: z.string(),
    status: z.enum(['running', 'paused', 'rolling_back', 'done', 'rolled_back', 'aborted']),
    isAborted: z.boolean(),
    cause: z.string().optional(),
    moves: z.array(
      z.object({
        replica: z.string(),
        pool: z.string(),
        kind: z.enum(['roll', 'add', 'remove']),
        stage: z.enum(MOVE_STAGES),
        cause: z.string().optional(),
      }),
    ),
  })
  .transform((it): RolloutRecord => ({
    ...it,
    cause: it.cause,
    moves: it.moves.map((move) => ({ ...move, cause: move.cause })),
  }));
