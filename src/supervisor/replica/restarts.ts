import type { RestartConfig } from '../../config/index.ts';
import { EXIT_RULES } from '../../engine/index.ts';
import type { LastExit } from '../fleet.ts';
import type { LifeEvent, Replica, ReplicaEffect } from './stage.ts';
import { healthy, to, unchanged, type Step } from './step.ts';

/** Endings of late that count against the policy, at `nowMs` of the clock. */
export function recentEndings(
  { endings }: Replica,
  { restartWindowMs }: RestartConfig,
  nowMs: number,
): readonly number[] {
  return endings.filter((atMs) => atMs > nowMs - restartWindowMs);
}

/** No process is left: what an ending leads to whatever comes next. */
export function cleared(exit: LastExit, ending: 'asked' | 'unasked'): readonly ReplicaEffect[] {
  return [{ do: 'forget_group' }, { do: 'release_card' }, { do: 'report_ending', exit, ending }];
}

/**
 * Another start after a wait, of our own accord. More endings within the window than the policy allows end that, as
 * an Erlang supervisor's maximum restart intensity does (OTP Design Principles, "Supervisor Behaviour").
 */
export function restarted(replica: Replica, exit: LastExit, atMs: number, policy: RestartConfig): Step {
  const endings = [...recentEndings(replica, policy, atMs), atMs];
  if (endings.length > policy.maxRestarts) return exhausted({ ...replica, endings }, exit, policy);
  const failures = replica.failures + 1;
  const { waitAtLeastMs } = EXIT_RULES[exit.cause];
  return to({ ...replica, endings, failures, lastExit: exit }, { in: 'backoff' }, ...cleared(exit, 'unasked'), {
    do: 'back_off',
    failures,
    atLeastMs: waitAtLeastMs,
  });
}

/** It is not started again until an operator asks. */
export function condemned(replica: Replica, exit: LastExit): Step {
  return to({ ...replica, lastExit: exit }, { in: 'failed' }, ...cleared(exit, 'unasked'));
}

/** How often it ended is told while it is down for that; what it ended of stays. */
function exhausted(replica: Replica, exit: LastExit, { restartWindowMs }: RestartConfig): Step {
  const seconds = Math.round(restartWindowMs / 1000);
  const window = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  const often = `It ended ${replica.endings.length} times within ${window} and is not started again by itself`;
  const advice = `${often}; put this right, then \`ssw-infer restart\` it: ${exit.advice}`;
  return to({ ...replica, lastExit: exit }, { in: 'failed', advice }, ...cleared({ ...exit, advice }, 'unasked'));
}

/** A step to its process failed. */
export function startedInVain(replica: Replica, { exit, atMs }: On<'unspawned'>, policy: RestartConfig): Step {
  return restarted({ ...replica, restarts: replica.restarts + 1 }, exit, atMs, policy);
}

/**
 * Something that is not its doing keeps it from starting: memory that others hold, a port that is taken. It waits and
 * tries again, its neighbours first, and no such time counts against it.
 */
export function hindered(replica: Replica, exit: LastExit): Step {
  const after = { ...replica, lastExit: exit };
  const { retry, waitAtLeastMs } = EXIT_RULES[exit.cause];
  const effects: readonly ReplicaEffect[] = [{ do: 'release_card' }, { do: 'report_ending', exit, ending: 'hindered' }];
  if (!retry) return to(after, { in: 'failed' }, ...effects);
  return to(after, { in: 'backoff' }, ...effects, { do: 'back_off', failures: 0, atLeastMs: waitAtLeastMs });
}

/** A ready time long enough to earn one ending back. Another one begins while there is more to earn. */
export function earned(replica: Replica, policy: RestartConfig): Step {
  const endings = replica.endings.slice(1);
  const after = { ...replica, failures: 0, endings };
  return endings.length === 0 ? unchanged(after) : unchanged(after, healthy(policy));
}

type On<Name extends LifeEvent['on']> = Extract<LifeEvent, { readonly on: Name }>;
