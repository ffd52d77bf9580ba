import type { Config } from './config.ts';
import type { EngineConfig, PoolConfig, ReplicaConfig } from './schema.ts';

/** One step from what runs to what the file asks for. */
export type PlanStep =
  | { readonly kind: 'remove'; readonly replica: string }
  | { readonly kind: 'replace'; readonly definition: ReplicaDefinition; readonly because: readonly string[] }
  | { readonly kind: 'add'; readonly definition: ReplicaDefinition };

/** What a reload would do. */
export interface Plan {
  /** Sections that changed and are bound when the service starts: while there is one, nothing can be applied. */
  readonly needsRestart: readonly string[];
  /** Sections that changed and are taken first, at once, without touching what runs. */
  readonly inPlace: readonly string[];
  /** In the order they would be taken; empty where no replica changes. */
  readonly steps: readonly PlanStep[];
}

/** All that decides how one replica runs. */
export interface ReplicaDefinition {
  readonly replica: ReplicaConfig;
  readonly poolName: string;
  readonly pool: PoolConfig;
  readonly engine: EngineConfig;
}

/** Sections that are bound when the service starts. */
const BOUND_AT_START = [
  'node',
  'gateway',
  'redis',
  'paths',
  'queue',
  'routing',
  'guardrails',
  'health',
  'restart',
  'cards',
  'telemetry',
] as const;

/** Sections that the gateway takes while it runs. */
const TAKEN_IN_PLACE = [
  { key: 'tenants', section: 'tenants' },
  { key: 'tenantDefaults', section: 'tenant_defaults' },
] as const;

/** The definition of every replica, by name, in the file's order. */
export function replicaDefinitions(config: Config): ReadonlyMap<string, ReplicaDefinition> {
  return new Map(
    config.replicas.flatMap((replica) => {
      const pool = config.pools[replica.pool];
      return pool === undefined
        ? []
        : [[replica.name, { replica, poolName: replica.pool, pool, engine: engineOf(replica, config) }]];
    }),
  );
}

/** A replica with a `url` is somebody else's engine, whatever the others are. */
function engineOf({ url }: ReplicaConfig, { engine }: Config): EngineConfig {
  return url === undefined ? engine : { kind: 'external', env: {} };
}

/**
 * Compares what runs with what a file asks for. `running` is what the replicas were last told, which is not the last
 * file after a reload that stopped halfway; `from` is the config the service started with.
 */
export function planChange(from: Config, running: ReadonlyMap<string, ReplicaDefinition>, to: Config): Plan {
  const wanted = replicaDefinitions(to);
  const gone = [...running.keys()].filter((name) => !wanted.has(name));
  const hasChanged = (key: keyof Config) => !Bun.deepEquals(from[key], to[key]);
  return {
    needsRestart: BOUND_AT_START.filter(hasChanged),
    inPlace: TAKEN_IN_PLACE.filter(({ key }) => hasChanged(key)).map((it) => it.section),
    steps: [
      ...gone.map((replica): PlanStep => ({ kind: 'remove', replica })),
      ...[...wanted].flatMap(([name, definition]) => stepTo(definition, running.get(name))),
    ],
  };
}

function stepTo(definition: ReplicaDefinition, old: ReplicaDefinition | undefined): PlanStep[] {
  if (old === undefined) return [{ kind: 'add', definition }];
  const because = differingKeys(old, definition);
  return because.length === 0 ? [] : [{ kind: 'replace', definition, because }];
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

/** A plan for a person, a line a step. */
export function describePlan({ needsRestart, inPlace, steps }: Plan): readonly string[] {
  const bound = needsRestart.length === 0 ? [] : [`needs a restart of the service: ${needsRestart.join(', ')}`];
  return [...bound, ...inPlace.map((section) => `take ${section} in place`), ...steps.map(describeStep)];
}

/** One step for a person. */
export function describeStep(step: PlanStep): string {
  switch (step.kind) {
    case 'remove':
      return `remove replica ${step.replica}`;
    case 'replace':
      return `restart replica ${step.definition.replica.name} (changed: ${step.because.join(', ')})`;
    case 'add':
      return `add replica ${step.definition.replica.name}`;
  }
}
