import { EXIT_RULES, EXIT_RUNBOOKS, type ExitCause, type ExitRunbook } from '../engine/index.ts';
import type { ReplicaState } from '../supervisor/index.ts';

/** Where an operator reads on about a replica that is in `state` after an ending. Given up, it is a loop whatever it ended of. */
export function exitRunbook(cause: ExitCause, state: ReplicaState): ExitRunbook | undefined {
  return state === 'failed' && EXIT_RULES[cause].retry ? 'crash-loop' : EXIT_RUNBOOKS[cause];
}
