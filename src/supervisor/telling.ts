import type { ReplicaStatus } from './fleet.ts';
import type { Listeners } from './output/listeners.ts';
import type { OperationResult, Progress } from './supervisor.ts';

/** Tells of a replica's states and start phases until an operation on it has ended. */
export function telling(
  progress: Progress,
  name: string,
  transitions: Listeners<ReplicaStatus>,
  operation: Promise<OperationResult>,
): Promise<OperationResult> {
  let told: string | undefined;
  const ignore = transitions.add((status) => {
    const text = describe(status);
    if (status.name !== name || text === told) return;
    told = text;
    progress(text);
  });
  return operation.finally(ignore);
}

/** State and start phase in words. */
export function describe({ name, state, phase }: ReplicaStatus): string {
  return phase === undefined ? `${name}: ${state}` : `${name}: ${state}, ${phase}`;
}
