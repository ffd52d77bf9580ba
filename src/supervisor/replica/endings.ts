import type { RestartConfig } from '../../config/index.ts';
import { EXIT_RULES } from '../../engine/index.ts';
import type { LastExit } from '../fleet.ts';
import { cleared, condemned, restarted } from './restarts.ts';
import type { Finding, In, Leaving, LifeEvent, Next, Replica, ReplicaEffect, ReplicaEvent, Why } from './stage.ts';
import { started, to, unchanged, type Step } from './step.ts';

/** The cause of an ending that an operator or the fleet asked for. */
const ASKED: Why = { cause: 'asked', advice: 'Nothing to do: it was asked to stop.' };

/** How long helpers may outlive a leader that left when asked, before they are killed. */
export const LINGER_MS = 1_000;

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
    { do: 'tell_end', ending: 'asked' },
    { do: 'terminate_leader' },
    { do: 'seize_card' }, // no start any more: other stops need not wait for it
    { do: 'wake', timer: 'grace', afterMs: policy.stopGraceMs },
    ...more,
  );
}

/** Asked to end, it is waited for no longer. */
export function killed(replica: Replica, next: Leaving, ...before: readonly ReplicaEffect[]): Step {
  return to(
    replica,
    { in: 'cleaning', ending: 'asked', next, from: replica.stage.in },
    ...before,
    { do: 'tell_end', ending: 'asked' },
    { do: 'kill_group' },
    { do: 'seize_card' },
  );
}

/**
 * An ending nobody asked for: the leader exited, its core died, or health condemned it. What is left of the group is
 * killed at once, even while a neighbour starts: its clients wait for nothing else.
 */
export function ended(replica: Replica, next: Next, why: Why | undefined, ...before: readonly ReplicaEffect[]): Step {
  return to(
    replica,
    { in: 'cleaning', ending: 'unasked', next, from: replica.stage.in, why },
    ...before,
    { do: 'tell_end', ending: 'unasked' },
    { do: 'kill_group' },
    { do: 'seize_card' },
  );
}

/** Asked to leave by SIGTERM: the wait for it, and what cuts that short. */
export function stopping(replica: Replica, stage: In<'stopping'>, event: ReplicaEvent): Step {
  if (event.on === 'stop') return to(replica, { in: 'stopping', next: 'down' });
  if (event.on === 'restart') return to(replica, { in: 'stopping', next: 'again' });
  if (event.on === 'exited') return unchanged(replica, { do: 'wake', timer: 'grace', afterMs: LINGER_MS });
  if (event.on === 'gone') return left(replica, stage.next, event.exit);
  if (event.on === 'hurry') return killed(replica, stage.next);
  if (event.on !== 'elapsed') return unchanged(replica);
  if (event.timer === 'second_term') return unchanged(replica, { do: 'terminate_leader' });
  return event.timer === 'grace' ? killed(replica, stage.next) : unchanged(replica);
}

/** Killed; nothing else happens on its card before the last process of its group is gone. */
export function cleaning(replica: Replica, stage: In<'cleaning'>, event: ReplicaEvent, policy: RestartConfig): Step {
  if (event.on === 'stop') return to(replica, { ...stage, next: 'down' }, { do: 'give_up_look' });
  if (event.on === 'restart') return to(replica, { ...stage, next: 'again' }, { do: 'give_up_look' });
  if (event.on !== 'gone') return unchanged(replica);
  return stage.ending === 'asked' ? left(replica, stage.next, event.exit) : crashed(replica, stage, event, policy);
}

/** An ending that was asked for is over. */
function left(replica: Replica, next: Leaving, exit: LastExit): Step {
  return onwards(replica, next, { ...exit, ...ASKED }, 'asked');
}

type Gone = Extract<LifeEvent, { readonly on: 'gone' }>;
type Unasked = Extract<In<'cleaning'>, { readonly ending: 'unasked' }>;

/** One that was not is over. */
function crashed(before: Replica, { next, from, why }: Unasked, gone: Gone, policy: RestartConfig): Step {
  const exit = explained(gone, why);
  const replica = { ...before, restarts: before.restarts + 1 };
  if (next !== 'backoff') return onwards(replica, next, exit, 'unasked');
  const wasNeverReady = from === 'starting' || from === 'warming';
  if (wasNeverReady && !EXIT_RULES[exit.cause].retry) return condemned(replica, exit);
  return restarted(replica, exit, gone.atMs, policy);
}

/** Where it was asked to go. */
function onwards(replica: Replica, next: Leaving, exit: LastExit, ending: 'asked' | 'unasked'): Step {
  const after = { ...replica, lastExit: exit };
  const effects = cleared(exit, ending);
  return next === 'again' ? started(after, ...effects) : to(after, { in: 'stopped' }, ...effects);
}

/**
 * What log, kernel and card say outranks what was seen from outside: vLLM answers 503 before it exits, so health
 * mostly comes first. That in turn outranks signal and code, which come from our own SIGKILL.
 */
function explained({ exit, from }: Finding, why: Why | undefined): LastExit {
  const mayBeOurs = from === 'signal' || from === 'code';
  return why !== undefined && mayBeOurs ? { ...exit, ...why } : exit;
}
