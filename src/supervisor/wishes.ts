import type { RunningReplica } from './replica/run.ts';
import { wayOut, type Replica } from './replica/stage.ts';
import type { OperationResult, Progress } from './supervisor.ts';

export const DONE: OperationResult = { ok: true };

/** Drain, stop, start; ends when it is ready or its new engine ended. */
export function restart(replica: RunningReplica, progress: Progress): Promise<OperationResult> {
  const { name } = replica.plan.replica;
  replica.send({ on: 'restart' });
  sayWhetherItWaits(replica, progress);
  return replica.until((state) => restarted(name, state));
}

/** Drains and stops it; ends when no process of it is left, or when somebody else wants it up. */
export function stop(replica: RunningReplica, progress: Progress, drainTimeoutMs?: number): Promise<OperationResult> {
  const { name } = replica.plan.replica;
  replica.send({ on: 'stop', drainTimeoutMs });
  sayWhetherItWaits(replica, progress);
  return replica.until(({ stage }) => {
    if (stage.in === 'stopped') return DONE;
    return wayOut(stage) === 'down' ? undefined : { ok: false, message: `the stop of ${name} was overridden` };
  });
}

export function drain(replica: RunningReplica): Promise<OperationResult> {
  const { name } = replica.plan.replica;
  replica.send({ on: 'drain' });
  return replica.until(({ stage, held }) => {
    if (!held) return { ok: false, message: `${name} was opened again before it was drained` };
    return stage.in === 'draining' && !stage.isQuiet ? undefined : DONE;
  });
}

export function resume(replica: RunningReplica): Promise<OperationResult> {
  replica.send({ on: 'resume' });
  return Promise.resolve(DONE);
}

function restarted(name: string, { stage, lastExit }: Replica): OperationResult | undefined {
  switch (stage.in) {
    case 'ready':
      return stage.leaving === undefined ? DONE : undefined;
    case 'draining':
      return stage.next === 'stay' ? { ok: false, message: `${name} was drained while it restarted` } : undefined;
    case 'backoff':
    case 'failed':
      return { ok: false, message: `${name} did not start: ${lastExit?.cause}; ${lastExit?.advice}` };
    case 'stopped':
      return { ok: false, message: `${name} was stopped while it restarted` };
    case 'waiting_for_card':
    case 'starting':
    case 'warming':
    case 'stopping':
    case 'cleaning':
      break;
  }
  return undefined;
}

/** A replica that still serves right after it was asked to leave waits for its card. */
function sayWhetherItWaits(replica: RunningReplica, progress: Progress): void {
  const { name, state } = replica.status();
  if (state === 'ready') progress(`${name}: ready, until its neighbours on the card have started`);
}
