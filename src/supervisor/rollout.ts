import type { ReplicaPlan } from '../engine/index.ts';
import { stop } from './operations.ts';
import type { RunningReplica } from './replica/run.ts';
import type { FleetChange, OperationResult } from './supervisor.ts';

/** The replicas there are, and how one comes and goes. */
export interface Roster {
  /** In the config's order. */
  all(): readonly RunningReplica[];
  find(name: string): RunningReplica | undefined;
  /** Takes the place of a replica of that name, which must be stopped. */
  put(plan: ReplicaPlan): RunningReplica;
  remove(name: string): void;
}

type Start = (replica: RunningReplica) => Promise<OperationResult>;

/** Applies a change one replica at a time, and stops at the first that does not become ready. */
export async function rollOut(
  change: FleetChange,
  roster: Roster,
  start: Start,
  isStopping: () => boolean,
): Promise<OperationResult> {
  for (const name of change.remove) {
    if (isStopping()) break;
    await takeDown(name, roster);
    if (!isStopping()) roster.remove(name);
  }
  const comers = [...change.replace, ...change.add];
  for (const [index, plan] of comers.entries()) {
    await takeDown(plan.replica.name, roster);
    if (isStopping()) break;
    const result = await start(roster.put(plan));
    if (!result.ok) return { ok: false, message: `${result.message}${untouched(comers.length - index - 1)}` };
  }
  return isStopping() ? { ok: false, message: 'this node is stopping' } : { ok: true };
}

async function takeDown(name: string, roster: Roster): Promise<void> {
  const replica = roster.find(name);
  if (replica !== undefined) await stop(replica);
}

function untouched(count: number): string {
  return count === 0 ? '' : ` (${count} more left as they were)`;
}
