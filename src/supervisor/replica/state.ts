import type { RestartConfig } from '../../config/index.ts';
import { START_PHASES } from '../../engine/index.ts';
import { draining, ready } from './departure.ts';
import { ASKED, cleaned, ended, failed, judged, settled, startTimedOut, terminated } from './endings.ts';
import type { In, Replica, ReplicaEvent } from './stage.ts';
import { opened, started, to, unchanged, type Step } from './step.ts';

/** Between two SIGTERMs to an engine that is not ready: vLLM swallows one while its engine core starts. */
export const SECOND_TERM_AFTER_MS = 1_500;

/** How long helpers may outlive a leader that left when asked, before they are killed. */
export const LINGER_MS = 1_000;

/** One event in, the next state and what must happen out. Total: every event is answered in every stage. */
export function step(before: Replica, event: ReplicaEvent, policy: RestartConfig): Step {
  if ('life' in event && event.life !== before.life) return unchanged(before);
  const replica = heed(before, event);
  const { stage } = replica;
  switch (stage.in) {
    case 'waiting_for_card':
      return waitingForCard(replica, event, policy);
    case 'starting':
      return starting(replica, stage, event, policy);
    case 'warming':
      return warming(replica, event, policy);
    case 'ready':
      return ready(replica, stage, event, policy);
    case 'draining':
      return draining(replica, stage, event, policy);
    case 'stopping':
      return stopping(replica, stage, event);
    case 'cleaning':
      return cleaning(replica, stage, event);
    case 'backoff':
      return backoff(replica, event);
    case 'stopped':
    case 'failed':
      break;
  }
  return down(replica, event);
}

/** What a wish changes whatever the stage. */
function heed(replica: Replica, event: ReplicaEvent): Replica {
  if (event.on === 'restart') return { ...replica, held: false, failures: 0 };
  if (event.on === 'drain') return { ...replica, held: true };
  if (event.on === 'resume') return { ...replica, held: false };
  return replica;
}

function waitingForCard(replica: Replica, event: ReplicaEvent, policy: RestartConfig): Step {
  if (event.on === 'stop') return to(replica, { in: 'stopped' }, { do: 'release_card' });
  if (event.on !== 'card_granted') return unchanged(replica);
  return to(
    replica,
    { in: 'starting', phase: 'spawned' },
    { do: 'spawn' },
    { do: 'wake', timer: 'start_deadline', afterMs: policy.startTimeoutMs },
  );
}

function starting(replica: Replica, stage: In<'starting'>, event: ReplicaEvent, policy: RestartConfig): Step {
  if (event.on === 'answering') return to(replica, { in: 'warming' });
  if (event.on === 'unlaunchable') {
    return to({ ...replica, lastExit: event.exit }, { in: 'failed' }, { do: 'release_card' });
  }
  if (event.on === 'unspawned') return settled(failed(replica), 'backoff', event.exit, 'unasked');
  if (event.on !== 'phase') return notReady(replica, event, policy);
  const isLater = START_PHASES.indexOf(event.phase) > START_PHASES.indexOf(stage.phase);
  return isLater ? to(replica, { in: 'starting', phase: event.phase }) : unchanged(replica);
}

function warming(replica: Replica, event: ReplicaEvent, policy: RestartConfig): Step {
  if (event.on === 'verdict') return judged(replica, event.verdict, 'backoff');
  if (event.on !== 'warm') return notReady(replica, event, policy);
  const { capacity } = event;
  return replica.held
    ? to(replica, { in: 'draining', capacity, next: 'stay', isQuiet: true, hasCard: false }, { do: 'release_card' })
    : opened(replica, capacity, policy, { do: 'release_card' });
}

/** What `starting` and `warming` have in common. */
function notReady(replica: Replica, event: ReplicaEvent, policy: RestartConfig): Step {
  if (event.on === 'exited') return ended(replica, 'backoff', undefined);
  if (event.on === 'elapsed' && event.timer === 'start_deadline') {
    return ended(replica, 'backoff', startTimedOut(replica.stage, policy));
  }
  if (event.on !== 'stop' && event.on !== 'restart') return unchanged(replica);
  return terminated(replica, event.on === 'stop' ? 'down' : 'again', policy, {
    do: 'wake',
    timer: 'second_term',
    afterMs: SECOND_TERM_AFTER_MS,
  });
}

function stopping(replica: Replica, stage: In<'stopping'>, event: ReplicaEvent): Step {
  if (event.on === 'stop') return to(replica, { in: 'stopping', next: 'down' });
  if (event.on === 'restart') return to(replica, { in: 'stopping', next: 'again' });
  if (event.on === 'exited') return unchanged(replica, { do: 'wake', timer: 'grace', afterMs: LINGER_MS });
  if (event.on === 'gone') return settled(replica, stage.next, { ...event.exit, ...ASKED }, 'asked');
  if (event.on === 'hurry') return killed(replica, stage);
  if (event.on !== 'elapsed') return unchanged(replica);
  if (event.timer === 'second_term') return unchanged(replica, { do: 'terminate_leader' });
  return event.timer === 'grace' ? killed(replica, stage) : unchanged(replica);
}

/** Asked to end, it is waited for no longer. */
function killed(replica: Replica, stage: In<'stopping'>): Step {
  const { next } = stage;
  return to(replica, { in: 'cleaning', next, why: undefined, use: 'asked', from: 'stopping' }, { do: 'kill_group' });
}

function cleaning(replica: Replica, stage: In<'cleaning'>, event: ReplicaEvent): Step {
  if (event.on === 'stop') return to(replica, { ...stage, next: 'down' });
  if (event.on === 'restart') return to(replica, { ...stage, next: 'again' });
  return event.on === 'gone' ? cleaned(replica, stage, event) : unchanged(replica);
}

function backoff(replica: Replica, event: ReplicaEvent): Step {
  if (event.on === 'stop') return to(replica, { in: 'stopped' });
  const isOver = event.on === 'restart' || (event.on === 'elapsed' && event.timer === 'backoff');
  return isOver ? started(replica) : unchanged(replica);
}

function down(replica: Replica, event: ReplicaEvent): Step {
  if (event.on === 'stop') return to(replica, { in: 'stopped' });
  return event.on === 'restart' ? started(replica) : unchanged(replica);
}
