import type { ReplicaPlan } from '../engine/index.ts';
import { runReplica, type ReplicaRooms, type RunningReplica } from './replica/run.ts';

/** The replicas there are, by name, and how one comes and goes. */
export interface Roster {
  /** In the config's order; replicas that were added come last. */
  all(): readonly RunningReplica[];
  find(name: string): RunningReplica | undefined;
  /** Takes the place of a replica of that name, which must be stopped. */
  put(plan: ReplicaPlan): RunningReplica;
  /** It must be stopped. */
  remove(name: string): void;
}

export function createRoster(plans: readonly ReplicaPlan[], rooms: ReplicaRooms): Roster {
  const replicas = new Map<string, RunningReplica>();
  const roster: Roster = {
    all: () => [...replicas.values()],
    find: (name) => replicas.get(name),
    put(plan) {
      replicas.get(plan.replica.name)?.close();
      const replica = runReplica(plan, rooms);
      replicas.set(plan.replica.name, replica);
      return replica;
    },
    remove(name) {
      replicas.get(name)?.close();
      replicas.delete(name);
      rooms.output.drop(name);
    },
  };
  for (const plan of plans) roster.put(plan);
  return roster;
}
