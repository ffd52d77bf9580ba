import type { RestartConfig } from '../../config/index.ts';
import { starting, waitingForCard, warming } from './arrival.ts';
import { draining, ready } from './departure.ts';
import { cleaning, stopping } from './endings.ts';
import type { Replica, ReplicaEvent } from './stage.ts';
import { started, to, unchanged, type Step } from './step.ts';

/** One event in, the next state and what must happen out. Total: every event is answered in every stage. */
export function step(before: Replica, event: ReplicaEvent, policy: RestartConfig): Step {
  if ('life' in event && event.life !== before.life) return unchanged(before);
  const replica = heed(before, event);
  const { stage } = replica;
  switch (stage.in) {
    case 'waiting_for_card':
      return waitingForCard(replica, stage, event, policy);
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
      return cleaning(replica, stage, event, policy);
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
  if (event.on === 'restart') return { ...replica, held: event.held === true, share: 1, failures: 0, endings: [] };
  if (event.on === 'stop') return { ...replica, drainTimeoutMs: event.drainTimeoutMs };
  if (event.on === 'drain') return { ...replica, held: true };
  if (event.on === 'resume') return { ...replica, held: false };
  if (event.on === 'open') return { ...replica, held: false, share: event.share };
  return replica;
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
