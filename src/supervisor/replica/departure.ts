import type { RestartConfig } from '../../config/index.ts';
import { coreLost, judged } from './condemnation.ts';
import { ended, killed, terminated } from './endings.ts';
import { earned } from './restarts.ts';
import type { In, Leaving, Next, Replica, ReplicaEffect, ReplicaEvent } from './stage.ts';
import { opened, opening, to, unchanged, type Step } from './step.ts';

/**
 * Open for traffic. Asked to leave it asks for the card first and serves until its turn has come: a neighbour may
 * take minutes to start.
 */
export function ready(replica: Replica, stage: In<'ready'>, event: ReplicaEvent, policy: RestartConfig): Step {
  const { leaving } = stage;
  if (event.on === 'stop') return leave(replica, stage, 'down');
  if (event.on === 'restart') return leave(replica, stage, 'again');
  if (event.on === 'drain') return closed(replica, { ...stage, next: leaving ?? 'stay', hasCard: false });
  if (event.on === 'card_granted' && leaving !== undefined) {
    return closed(replica, { ...stage, next: leaving, hasCard: true }, drainLimit(replica, policy));
  }
  if (event.on === 'stay' && leaving !== undefined) {
    return to(replica, { ...stage, leaving: undefined }, { do: 'release_card' });
  }
  if (event.on === 'open') return unchanged(replica, opening(replica, stage.capacity));
  if (event.on === 'exited') return ended(replica, leaving ?? 'backoff', undefined, { do: 'close' });
  if (event.on === 'core_lost') return ended(replica, leaving ?? 'backoff', coreLost(event.process), { do: 'close' });
  if (event.on === 'broken') return ended(replica, leaving ?? 'backoff', event.why, { do: 'close' });
  if (event.on === 'verdict') return judged(replica, event.verdict, leaving ?? 'backoff', { do: 'close' });
  if (event.on === 'hurry' && leaving !== undefined) return killed(replica, leaving, { do: 'close' });
  if (event.on === 'elapsed' && event.timer === 'healthy') return earned(replica, policy);
  return unchanged(replica);
}

function leave(replica: Replica, stage: In<'ready'>, leaving: Leaving): Step {
  const next = { ...stage, leaving };
  return stage.leaving === undefined ? to(replica, next, { do: 'request_card', use: 'stop' }) : to(replica, next);
}

function closed(
  replica: Replica,
  { capacity, next, hasCard }: Pick<In<'draining'>, 'capacity' | 'next' | 'hasCard'>,
  ...effects: readonly ReplicaEffect[]
): Step {
  return to(replica, { in: 'draining', capacity, next, isQuiet: false, hasCard }, { do: 'close' }, ...effects);
}

/** That of a leaving which was called off must not cut the next one short. */
const NO_DRAIN_LIMIT: ReplicaEffect = { do: 'wake', timer: 'drain', afterMs: Number.POSITIVE_INFINITY };

function drainLimit({ drainTimeoutMs }: Replica, policy: RestartConfig): ReplicaEffect {
  return { do: 'wake', timer: 'drain', afterMs: drainTimeoutMs ?? policy.drainTimeoutMs };
}

/** Closed, its engine up: it stays, or leaves as soon as nothing runs on it and it has the card. */
export function draining(replica: Replica, stage: In<'draining'>, event: ReplicaEvent, policy: RestartConfig): Step {
  if (event.on === 'exited') return ended(replica, afterCrash(stage), undefined);
  if (event.on === 'core_lost') return ended(replica, afterCrash(stage), coreLost(event.process));
  if (event.on === 'broken') return ended(replica, afterCrash(stage), event.why);
  if (event.on === 'verdict') return judged(replica, event.verdict, afterCrash(stage));
  if (event.on === 'stop') return redirected(replica, stage, 'down');
  if (event.on === 'restart') return redirected(replica, stage, 'again');
  if (event.on === 'idle') return drained(replica, { ...stage, isQuiet: true }, policy);
  if (stage.next === 'stay') {
    const isOpened = event.on === 'resume' || event.on === 'open';
    return isOpened ? opened(replica, stage.capacity, policy) : unchanged(replica);
  }
  if (event.on === 'stay') return stayed(replica, stage, policy);
  if (event.on === 'card_granted') {
    return drained(replica, { ...stage, hasCard: true }, policy, drainLimit(replica, policy));
  }
  if (event.on === 'hurry') return killed(replica, stage.next);
  const isOver = event.on === 'elapsed' && event.timer === 'drain';
  return isOver ? drained(replica, { ...stage, isQuiet: true }, policy) : unchanged(replica);
}

function afterCrash({ next }: In<'draining'>): Next {
  return next === 'stay' ? 'backoff' : next;
}

/** It leaves after all not: open again, or closed as it was where it is held. */
function stayed(replica: Replica, stage: In<'draining'>, policy: RestartConfig): Step {
  const back: readonly ReplicaEffect[] = [{ do: 'release_card' }, NO_DRAIN_LIMIT];
  if (!replica.held) return opened(replica, stage.capacity, policy, ...back);
  return to(replica, { ...stage, next: 'stay', hasCard: false }, ...back);
}

/** A stop or restart asked for while it drains already. */
function redirected(replica: Replica, stage: In<'draining'>, next: Leaving): Step {
  const after = { ...stage, next };
  return stage.next === 'stay' ? to(replica, after, { do: 'request_card', use: 'stop' }) : to(replica, after);
}

/** One of the two things it waits for has come; with both it is asked to end. */
function drained(
  replica: Replica,
  stage: In<'draining'>,
  policy: RestartConfig,
  ...meanwhile: readonly ReplicaEffect[]
): Step {
  const { next, isQuiet, hasCard } = stage;
  return next !== 'stay' && isQuiet && hasCard ? terminated(replica, next, policy) : to(replica, stage, ...meanwhile);
}
