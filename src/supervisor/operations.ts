import type { ReplicaStatus } from './fleet.ts';
import type { Listeners } from './output/listeners.ts';
import type { RunningReplica } from './replica/run.ts';
import type { Replica } from './replica/stage.ts';
import type { OperationResult, Progress } from './supervisor.ts';

const DONE: OperationResult = { ok: true };

/** Drain, stop, start; ends when it is ready or its new engine ended. */
export async function restart(
  replica: RunningReplica,
  transitions: Listeners<ReplicaStatus>,
  progress: Progress,
): Promise<OperationResult> {
  const { name } = replica.plan.replica;
  const ignore = transitions.add((status) => {
    if (status.name === name) progress(describe(status));
  });
  await Promise.resolve(); // never inside a transition, whoever calls: `send` then has taken the wish when it returns
  replica.send({ on: 'restart' });
  const result = await replica.until((state) => restarted(name, state));
  ignore();
  return result;
}

/** Stops it and waits until no process of it is left. */
export async function stop(replica: RunningReplica): Promise<void> {
  await Promise.resolve();
  replica.send({ on: 'stop' });
  await replica.until(({ stage }) => stage.in === 'stopped' || undefined);
}

export async function drain(replica: RunningReplica): Promise<OperationResult> {
  await Promise.resolve();
  replica.send({ on: 'drain' });
  const { name } = replica.plan.replica;
  return replica.until(({ stage, held }) => {
    if (!held) return { ok: false, message: `${name} was opened again before it was drained` };
    return stage.in === 'draining' && !stage.isQuiet ? undefined : DONE;
  });
}

export async function resume(replica: RunningReplica): Promise<OperationResult> {
  await Promise.resolve();
  replica.send({ on: 'resume' });
  return DONE;
}

function restarted(name: string, { stage, lastExit }: Replica): OperationResult | undefined {
  switch (stage.in) {
    case 'ready':
      return DONE;
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

function describe({ name, state, phase }: ReplicaStatus): string {
  return phase === undefined ? `${name}: ${state}` : `${name}: ${state}, ${phase}`;
}
