import type { Config } from './config.ts';
import { replicaDefinitions, rollingKeys, type ReplicaDefinition } from './definitions.ts';
import { changedSections, type SectionChanges } from './sections.ts';

/** One step of a replica from what runs to what the file asks for. */
export type PlanStep =
  | { readonly kind: 'remove'; readonly before: ReplicaDefinition }
  | {
      readonly kind: 'replace';
      readonly before: ReplicaDefinition;
      readonly definition: ReplicaDefinition;
      /** The keys that differ. */
      readonly because: readonly string[];
    }
  | { readonly kind: 'add'; readonly definition: ReplicaDefinition };

/**
 * What a reload would do. While there is something in `needsRestart`, nothing can be applied; what is in `inPlace` is
 * taken first, at once, without touching what runs.
 */
export interface Plan extends SectionChanges {
  readonly addedPools: readonly string[];
  readonly removedPools: readonly string[];
  /** In the order they would be taken; empty where no replica changes. */
  readonly steps: readonly PlanStep[];
}

/**
 * Compares what runs with what a file asks for. `running` is what the replicas were last told, which is not the last
 * file after a reload that stopped halfway; `from` is the config that was taken last.
 */
export function planChange(from: Config, running: ReadonlyMap<string, ReplicaDefinition>, to: Config): Plan {
  const wanted = replicaDefinitions(to);
  const gone = [...running].filter(([name]) => !wanted.has(name));
  return {
    ...changedSections(from, to),
    addedPools: missing(to.pools, from.pools),
    removedPools: missing(from.pools, to.pools),
    steps: [
      ...gone.map(([, before]): PlanStep => ({ kind: 'remove', before })),
      ...[...wanted].flatMap(([name, definition]) => stepTo(definition, running.get(name))),
    ],
  };
}

/** Whether there is anything to do. */
export function isEmpty({ needsRestart, inPlace, addedPools, removedPools, steps }: Plan): boolean {
  return [needsRestart, inPlace, addedPools, removedPools, steps].every((it) => it.length === 0);
}

/** Names of `these` that `those` do not have. */
function missing(these: object, those: object): readonly string[] {
  return Object.keys(these).filter((name) => !Object.hasOwn(those, name));
}

function stepTo(definition: ReplicaDefinition, before: ReplicaDefinition | undefined): PlanStep[] {
  if (before === undefined) return [{ kind: 'add', definition }];
  const because = rollingKeys(before, definition);
  return because.length === 0 ? [] : [{ kind: 'replace', before, definition, because }];
}
