import type { Config } from './load.ts';
import type { PoolConfig, ReplicaConfig } from './schema.ts';

/** One step from the config that runs to the one that shall. */
export type PlanStep =
  | { readonly kind: 'needs_restart'; readonly keys: readonly string[] } // only another start of the service takes it
  | { readonly kind: 'in_place'; readonly keys: readonly string[] } // taken at once, nothing stops
  | { readonly kind: 'remove'; readonly replica: string }
  | { readonly kind: 'replace'; readonly replica: string; readonly because: readonly string[] }
  | { readonly kind: 'add'; readonly replica: string };

/** What a reload would do, in the order it would. Empty: nothing changed. */
export type Plan = readonly PlanStep[];

/** Sections whose change needs no engine to stop. */
const IN_PLACE = ['queue', 'health', 'restart', 'telemetry'] as const;
/** Sections that are bound at start. */
const NEEDS_RESTART = ['gateway', 'redis', 'paths'] as const;
/** Keys of a pool that only the gateway reads besides the engine's served names. */
type Definition = {
  readonly replica: ReplicaConfig;
  readonly pool: PoolConfig | undefined;
  readonly engine: Config['engine'];
};

/** Compares two configs. Pure; replicas are matched by name. */
export function planChange(from: Config, to: Config): Plan {
  const changed = (keys: readonly (keyof Config)[]) => keys.filter((key) => !Bun.deepEquals(from[key], to[key]));
  const before = definitions(from);
  const after = definitions(to);
  const steps: PlanStep[] = [];
  const needsRestart = changed(NEEDS_RESTART);
  if (needsRestart.length > 0) steps.push({ kind: 'needs_restart', keys: needsRestart });
  const inPlace = changed(IN_PLACE);
  if (inPlace.length > 0) steps.push({ kind: 'in_place', keys: inPlace });
  for (const name of before.keys()) if (!after.has(name)) steps.push({ kind: 'remove', replica: name });
  for (const [name, definition] of after) {
    const old = before.get(name);
    const because = old === undefined ? [] : differingKeys(old, definition);
    if (old === undefined) steps.push({ kind: 'add', replica: name });
    else if (because.length > 0) steps.push({ kind: 'replace', replica: name, because });
  }
  return steps;
}

function definitions(config: Config): Map<string, Definition> {
  return new Map(
    config.replicas.map((it) => [it.name, { replica: it, pool: config.pools[it.pool], engine: config.engine }]),
  );
}

function differingKeys(from: Definition, to: Definition): string[] {
  return [
    ...differing('', from.replica, to.replica),
    ...differing('pool.', from.pool ?? {}, to.pool ?? {}),
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
    case 'in_place':
      return `change in place: ${step.keys.join(', ')}`;
    case 'remove':
      return `remove replica ${step.replica}`;
    case 'replace':
      return `restart replica ${step.replica} (changed: ${step.because.join(', ')})`;
    case 'add':
      return `add replica ${step.replica}`;
  }
}
