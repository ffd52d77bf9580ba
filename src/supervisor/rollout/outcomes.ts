import type { RunningReplica } from '../replica/run.ts';
import type { Replica } from '../replica/stage.ts';
import type { RolloutEffects } from './request.ts';
import type { Outcome } from './step.ts';

/** Endings of a replica's new life before it was ready, after which another start of it would be hope. */
export const START_ENDINGS_MAX = 3;

export const OK: Outcome = { on: 'ok' };

export function failed(cause: string): Outcome {
  return { on: 'failed', cause };
}

const isHeld = ({ stage }: Replica): boolean => stage.in === 'draining' && stage.next === 'stay';
const isOpen = ({ stage }: Replica): boolean => stage.in === 'ready';

export const startedClosed = (replica: Replica): Outcome | undefined => (isHeld(replica) ? OK : failedStart(replica));
export const startedOpen = (replica: Replica): Outcome | undefined => (isOpen(replica) ? OK : failedStart(replica));

/** What is not worth another try fails at once; what may pass is tried again, a few times. */
function failedStart({ stage, failures, lastExit }: Replica): Outcome | undefined {
  const isSpent = stage.in === 'backoff' && failures >= START_ENDINGS_MAX;
  if (stage.in !== 'failed' && stage.in !== 'stopped' && !isSpent) return undefined;
  const often = isSpent ? `, ${failures} times` : '';
  return failed(`it did not start${often}: ${lastExit?.cause}; ${lastExit?.advice}`);
}

/** Once it is known what a life ended of that was to go on. */
function ending(replica: Replica, isThere: (replica: Replica) => boolean): Outcome | undefined {
  const { stage, lastExit } = replica;
  if (isThere(replica) || stage.in === 'cleaning' || stage.in === 'stopping') return undefined;
  return failed(`its engine ended: ${lastExit?.cause}; ${lastExit?.advice}`);
}

/** What evaluating or judging a replica came to, or what its engine ended of meanwhile. */
export async function checked(
  replica: RunningReplica,
  by: 'evaluate' | 'judge',
  asked: RolloutEffects,
  signal: AbortSignal,
): Promise<Outcome> {
  const isThere = by === 'evaluate' ? isHeld : isOpen;
  const first = await Promise.race([judged(replica, by, asked, signal), replica.until((it) => ending(it, isThere))]);
  if (isThere(replica.state())) return first;
  return replica.until((it) => ending(it, isThere)); // what it ended of says more than what the check met
}

async function judged(
  { plan }: RunningReplica,
  by: 'evaluate' | 'judge',
  asked: RolloutEffects,
  signal: AbortSignal,
): Promise<Outcome> {
  const verdict = await asked[by](plan, signal);
  if (!verdict.ok) return failed(verdict.cause);
  if (verdict.note !== undefined) asked.progress(`${plan.replica.name}: ${verdict.note}`);
  return OK;
}
