import { entryOf } from '../../../src/queue/member.ts';
import type { Stage } from './faults.ts';
import { POOL } from './scene.ts';

const LOOK_MS = 1_000;
/** For so long a ticket that waits may be in no key: until a relay notices silence, or it is known what it broke on. */
const ABSENT_MS_MAX = 15_000;

/** Looks all along whether the store has every ticket that waits at a node which agrees with it. */
export function watchAbsence(stage: Stage): void {
  const { agenda, trace } = stage.scene;
  let absent = new Map<string, number>();
  function look(): void {
    const still = new Map<string, number>();
    for (const id of missing(stage)) {
      const sinceMs = absent.get(id) ?? agenda.nowMs();
      still.set(id, sinceMs);
      if (agenda.nowMs() - sinceMs >= ABSENT_MS_MAX)
        trace.broken('lost', `${id} waits, and the store does not have it`);
    }
    absent = still;
    agenda.after(LOOK_MS, look);
  }
  look();
}

function missing({ scene: { redis }, hosts }: Stage): readonly string[] {
  const { line, apart, claims } = redis.machineOf(POOL);
  const kept = new Set([...line, ...apart].map(({ entry }) => entry.id));
  for (const held of claims.values()) for (const { member } of held.values()) kept.add(entryOf(member).id);
  return hosts
    .flatMap((host) => host.process() ?? [])
    .filter(({ host, gate, queue }) => !gate.isStopped() && !redis.isAway(host) && queue.isConnected())
    .flatMap(({ waiting }) => [...waiting].filter((id) => !kept.has(id)));
}
