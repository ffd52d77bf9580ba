import type { RestartConfig } from '../../config/index.ts';
import type { Verdict } from '../../health/index.ts';
import type { LastExit } from '../fleet.ts';
import type { Finding, In, Leaving, Next, Replica, ReplicaEffect, Stage, Why } from './stage.ts';
import { started, to, unchanged, type Step } from './step.ts';

/** The cause of an ending that an operator or the fleet asked for. */
export const ASKED: Why = { cause: 'asked', advice: 'Nothing to do: it was asked to stop.' };

/** The polite end: SIGTERM to the leader, SIGKILL to the group after the grace. */
export function terminated(
  replica: Replica,
  next: Leaving,
  policy: RestartConfig,
  ...more: readonly ReplicaEffect[]
): Step {
  return to(
    replica,
    { in: 'stopping', next },
    { do: 'terminate_leader' },
    { do: 'seize_card' }, // no start any more: other stops need not wait for it
    { do: 'wake', timer: 'grace', afterMs: policy.stopGraceMs },
    ...more,
  );
}

/**
 * An ending nobody asked for: the leader exited, or health condemned it. What is left of the group is killed at
 * once, even while a neighbour starts: its clients wait for nothing else.
 */
export function ended(replica: Replica, next: Next, why: Why | undefined, ...before: readonly ReplicaEffect[]): Step {
  const stage: Stage = { in: 'cleaning', next, why, use: 'unasked', from: replica.stage.in };
  return to(failed(replica), stage, ...before, { do: 'kill_group' }, { do: 'seize_card' });
}

/** A verdict that an engine cannot live with ends it; others change nothing. */
export function judged(replica: Replica, verdict: Verdict, next: Next, ...before: readonly ReplicaEffect[]): Step {
  const why = condemnation(verdict);
  return why === undefined ? unchanged(replica) : ended(replica, next, why, ...before);
}

function condemnation(verdict: Verdict): Why | undefined {
  if (verdict.is === 'stalled') {
    const seconds = Math.round(verdict.forMs / 1000);
    const advice = `Requests ran and no token came for ${seconds} s; see its last lines with \`ssw-infer logs\`.`;
    return { cause: 'stalled', advice };
  }
  if (verdict.is === 'dead' && verdict.because === 'unavailable') {
    // vLLM answers 503 for the 2–3 s between the death of its engine core and its own exit
    const advice = 'Its engine core died and said nothing of it; see its last lines with `ssw-infer logs`.';
    return { cause: 'engine_core_died', advice };
  }
  if (verdict.is === 'dead') {
    const advice = `Its API did not answer (${verdict.because}); see its last lines with \`ssw-infer logs\`.`;
    return { cause: 'unresponsive', advice };
  }
  return undefined;
}

/** An ending that was forced is over, asked for or not. */
export function cleaned(replica: Replica, stage: In<'cleaning'>, found: Finding): Step {
  if (stage.use === 'asked') return settled(replica, stage.next, { ...found.exit, ...ASKED }, 'asked');
  const { exit, retry } = explained(found, stage.why);
  const wasNeverReady = stage.from === 'starting' || stage.from === 'warming';
  const isFatal = wasNeverReady && !retry && stage.next === 'backoff';
  return settled(replica, isFatal ? 'failed' : stage.next, exit, 'unasked');
}

/**
 * What the log says outranks what health saw from outside: vLLM answers 503 before it exits, so health mostly comes
 * first. That in turn outranks signal and code, which come from our own SIGKILL.
 */
function explained(found: Finding, why: Why | undefined): Pick<Finding, 'exit' | 'retry'> {
  if (why === undefined || found.from === 'log') return found;
  return { exit: { ...found.exit, ...why }, retry: true };
}

/** No process is left: give the card back and go where the ending leads. */
export function settled(replica: Replica, next: Next | 'failed', exit: LastExit, use: 'asked' | 'unasked'): Step {
  const after = { ...replica, lastExit: exit };
  const cleared: readonly ReplicaEffect[] = [
    { do: 'forget_group' },
    { do: 'release_card' },
    { do: 'report_ending', exit, use },
  ];
  if (next === 'again') return started(after, ...cleared);
  if (next === 'down') return to(after, { in: 'stopped' }, ...cleared);
  if (next === 'failed') return to(after, { in: 'failed' }, ...cleared);
  return to(after, { in: 'backoff' }, ...cleared, { do: 'back_off', failures: after.failures });
}

/** One more ending that was not asked for. */
export function failed(replica: Replica): Replica {
  return { ...replica, failures: replica.failures + 1, restarts: replica.restarts + 1 };
}

export function startTimedOut(stage: Stage, policy: RestartConfig): Why {
  const where = stage.in === 'starting' ? `in phase ${stage.phase}` : 'waiting for its first completion';
  const seconds = policy.startTimeoutMs / 1000;
  const advice = `Not ready after ${seconds} s, ${where}; raise restart.start_timeout_s if it only needs longer.`;
  return { cause: 'start_timeout', advice };
}
