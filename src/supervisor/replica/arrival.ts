import type { RestartConfig } from '../../config/index.ts';
import { START_PHASES, type StartProgress } from '../../engine/index.ts';
import { coreLost, judged, startTimedOut } from './condemnation.ts';
import { ended, terminated } from './endings.ts';
import { hindered, startedInVain } from './restarts.ts';
import type { In, Replica, ReplicaEffect, ReplicaEvent, Stage } from './stage.ts';
import { opened, to, unchanged, type Step } from './step.ts';

/** Between two SIGTERMs to an engine that is not ready: vLLM swallows one while its engine core starts. */
export const SECOND_TERM_AFTER_MS = 1_500;

/** In line for its card, then holding it until the memory of those before it is back. */
export function waitingForCard(
  replica: Replica,
  stage: In<'waiting_for_card'>,
  event: ReplicaEvent,
  policy: RestartConfig,
): Step {
  if (event.on === 'stop') return to(replica, { in: 'stopped' }, { do: 'give_up_proof' }, { do: 'release_card' });
  if (event.on === 'unspawned') return startedInVain(replica, event, policy);
  if (stage.for === 'turn') {
    if (event.on !== 'card_granted') return unchanged(replica);
    return to(replica, { in: 'waiting_for_card', for: 'memory' }, { do: 'prove_card' });
  }
  if (event.on === 'hindered') return hindered(replica, event.exit);
  if (event.on !== 'card_proven') return unchanged(replica);
  const progress: StartProgress = { phase: 'spawned' };
  const begun: Stage = { in: 'starting', progress, notReadyBecause: undefined };
  return to(replica, begun, { do: 'spawn' }, deadline(progress.phase, policy));
}

/** Its process runs; its output tells how far it is. */
export function starting(replica: Replica, stage: In<'starting'>, event: ReplicaEvent, policy: RestartConfig): Step {
  if (event.on === 'progress') return advanced(replica, stage, event.progress, policy);
  if (event.on === 'not_yet') return to(replica, { ...stage, notReadyBecause: event.why });
  if (event.on === 'answering') {
    return to(replica, { in: 'warming', notReadyBecause: undefined }, deadline('warming', policy));
  }
  if (event.on === 'hindered') return hindered(replica, event.exit);
  if (event.on === 'unspawned') return startedInVain(replica, event, policy);
  if (event.on !== 'unlaunchable') return notReady(replica, event, policy);
  return to({ ...replica, lastExit: event.exit }, { in: 'failed' }, { do: 'release_card' });
}

/** A step further, as the reader of its output tells of nothing else, begins the wait for the next. */
function advanced(replica: Replica, stage: In<'starting'>, progress: StartProgress, policy: RestartConfig): Step {
  if (START_PHASES.indexOf(progress.phase) < START_PHASES.indexOf(stage.progress.phase)) return unchanged(replica);
  return to(replica, { ...stage, progress }, deadline(progress.phase, policy));
}

/** Its API answers; no completion came through it yet. */
export function warming(replica: Replica, event: ReplicaEvent, policy: RestartConfig): Step {
  if (event.on === 'verdict') return judged(replica, event.verdict, 'backoff');
  if (event.on === 'core_lost') return ended(replica, 'backoff', coreLost(event.process));
  if (event.on === 'not_yet') return to(replica, { in: 'warming', notReadyBecause: event.why });
  if (event.on !== 'warm') return notReady(replica, event, policy);
  const { capacity } = event;
  return replica.held
    ? to(replica, { in: 'draining', capacity, next: 'stay', isQuiet: true, hasCard: false }, { do: 'release_card' })
    : opened(replica, capacity, policy, { do: 'release_card' });
}

/** What `starting` and `warming` have in common. */
function notReady(replica: Replica, event: ReplicaEvent, policy: RestartConfig): Step {
  if (event.on === 'exited') return ended(replica, 'backoff', undefined);
  if (event.on === 'broken') return ended(replica, 'backoff', event.why);
  if (event.on === 'elapsed' && event.timer === 'phase') {
    return ended(replica, 'backoff', startTimedOut(replica.stage, policy));
  }
  if (event.on !== 'stop' && event.on !== 'restart') return unchanged(replica);
  return terminated(replica, event.on === 'stop' ? 'down' : 'again', policy, {
    do: 'wake',
    timer: 'second_term',
    afterMs: SECOND_TERM_AFTER_MS,
  });
}

/** How long a start may stay where it is without a step further. */
function deadline(phase: keyof RestartConfig['phaseTimeoutMs'], policy: RestartConfig): ReplicaEffect {
  return { do: 'wake', timer: 'phase', afterMs: policy.phaseTimeoutMs[phase] };
}
