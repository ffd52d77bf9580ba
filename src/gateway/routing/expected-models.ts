import type { Queue } from '../../queue/index.ts';
import type { Fleet, ReplicaState, ReplicaStatus } from '../../supervisor/index.ts';
import type { PoolRoute } from '../gateway.ts';

/** States in which a replica gets nothing to do any more, unless it begins anew. */
const LEAVING: ReadonlySet<ReplicaState> = new Set<ReplicaState>(['draining', 'stopping', 'stopped', 'failed']);

/** The real models that a pool's replicas on this host have, or will: those they run, and the one that its config asks for. */
export function expectedModels({ pool, model }: PoolRoute, replicas: readonly ReplicaStatus[]): readonly string[] {
  const own = replicas.filter((it) => it.pool === pool);
  const present = own.filter(({ state }) => !LEAVING.has(state)).map((it) => it.model);
  return own.length === 0 ? [] : [...new Set([model, ...present])];
}

/** Tells the queue for which models a request may wait, now and after each change. */
export function followModels(routesNow: () => readonly PoolRoute[], fleet: Fleet, queue: Pick<Queue, 'expectModels'>) {
  const told = new Map<string, string>();
  function tell(): void {
    const replicas = fleet.replicas();
    for (const route of routesNow()) {
      const models = expectedModels(route, replicas);
      const text = JSON.stringify(models);
      if (told.get(route.pool) === text) continue;
      told.set(route.pool, text);
      queue.expectModels(route.pool, models);
    }
  }
  return { tell, stop: fleet.onTransition(tell) };
}
