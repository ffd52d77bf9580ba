import type { Config } from './load.ts';
import type { EngineConfig, PoolConfig, ReplicaConfig } from './schema.ts';

/** One step from what runs to what the file asks for. */
export type PlanStep =
  | { readonly kind: 'needs_restart'; readonly keys: readonly string[] } // only another start of the service takes it
  | { readonly kind: 'remove'; readonly replica: string }
  | { readonly kind: 'replace'; readonly replica: string; readonly because: readonly string[] }
  | { readonly kind: 'add'; readonly replica: string };

/** What a reload would do, in the order it would. Empty: nothing changed. */
export type Plan = readonly PlanStep[];

/** All that decides how one replica runs. */
export interface ReplicaDefinition {
  readonly replica: ReplicaConfig;
  readonly poolName: string;
  readonly pool: PoolConfig;
  readonly engine: EngineConfig;
}

/** Sections that are bound when the service starts. */
const NEEDS_RESTART = ['gateway', 'redis', 'paths', 'queue', 'health', 'restart', 'telemetry'] as const;

/** The definition of every replica, by name, in the file's order. */
export function replicaDefinitions(config: Config): ReadonlyMap<string, ReplicaDefinition> {
  return new Map(
    config.replicas.flatMap((replica) => {
      const pool = config.pools[replica.pool];
      return pool === undefined
        ? []
        : [[replica.name, { replica, poolName: replica.pool, pool, engine: config.engine }]];
    }),
  );
}

/**
 * Compares what runs with what a file asks for. `running` is what the replicas were last told, which is not the last
 * file after a reload that stopped halfway; `from` is the config the service started with.
 */
export function planChange(from: Config, running: ReadonlyMap<string, ReplicaDefinition>, to: Config): Plan {
  const wanted = replicaDefinitions(to);
  const bound = NEEDS_RESTART.filter((key) => !Bun.deepEquals(from[key], to[key]));
  const steps: PlanStep[] = bound.length > 0 ? [{ kind: 'needs_restart', keys: bound }] : [];
  for (const name of running.keys()) if (!wanted.has(name)) steps.push({ kind: 'remove', replica: name });
  for (const [name, definition] of wanted) {
    const old = running.get(name);
    const because = old === undefined ? [] : differingKeys(old, definition);
    if (old === undefined) steps.push({ kind: 'add', replica: name });
    else if (because.length > 0) steps.push({ kind: 'replace', replica: name, because });
  }
  return steps;
}

function differingKeys(from: ReplicaDefinition, to: ReplicaDefinition): string[] {
  return [
    ...differing('', from.replica, to.replica),
    ...differing('pool.', from.pool, to.pool),
    ...differing('engine.', from.engine, to.engine),
  ];
}

function differing(prefix: string, from: object, to: object): string[] {
  const left = new Map<string, unknown>(Object.entries(from));
  const right = new Map<string, unknown>(Object.entries(to));
  return [...new Set([...left.keys(), ...right.keys()])]
    .filter((key) => !Bun.deepEquals(left.get(key), right.get(key)))
    .map((key) => `${prefix}${key}`);
}

/** The plan in one line a step, for a person. */
export function describeStep(step: PlanStep): string {
  switch (step.kind) {
    case 'needs_restart':
      return `needs a restart of the service: ${step.keys.join(', ')}`;
    case 'remove':
      return `remove replica ${step.replica}`;
    case 'replace':
      return `restart replica ${step.replica} (changed: ${step.because.join(', ')})`;
    case 'add':
      return `add replica ${step.replica}`;
  }
}
