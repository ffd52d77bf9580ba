import { replicaDefinitions, type ReplicaDefinition } from '../config/index.ts';
import { standings } from '../supervisor/index.ts';
import type { Start } from './kept/choose-start.ts';

/** What the replicas are when a node starts. */
export interface Standing {
  readonly replicas: ReadonlyMap<string, ReplicaDefinition>;
  /** Of those, the ones that a rollout starts which goes on. */
  readonly leftOut: ReadonlySet<string>;
}

/** As the config says; in the middle of a rollout those that had moved are new, and the others are old. */
export function standingOf({ run, leftover }: Pick<Start, 'run' | 'leftover'>): Standing {
  const wanted = replicaDefinitions(run.config);
  if (leftover?.is !== 'resumed') return { replicas: wanted, leftOut: new Set() };
  const { kept, from } = leftover.rollout;
  const old = replicaDefinitions(from.config);
  if (kept.record === undefined) return { replicas: old, leftOut: new Set() };
  const moves = standings(kept.record);
  const names = [...new Set([...old.keys(), ...wanted.keys()])];
  const replicas = names.flatMap((name): [string, ReplicaDefinition][] => {
    const standing = moves.get(name) ?? 'to';
    const isOfBoth = old.has(name) && wanted.has(name);
    if (standing === 'down' && !isOfBoth) return []; // it comes with its move, or is gone
    const definition = standing === 'to' ? wanted.get(name) : old.get(name);
    return definition === undefined ? [] : [[name, definition]];
  });
  const leftOut = names.filter((name) => moves.get(name) === 'down');
  return { replicas: new Map(replicas), leftOut: new Set(leftOut) };
}
