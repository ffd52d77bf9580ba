import type { Config } from './config.ts';
import { differingKeys, POOL_IN_PLACE } from './definitions.ts';

/** How the sections of two configs differ, by the names that the file has for them. */
export interface SectionChanges {
  /** Bound when the service starts. */
  readonly needsRestart: readonly string[];
  /** Taken while it runs. */
  readonly inPlace: readonly string[];
}

/** Sections of which nothing can move: who this node is, where its Redis, its files and its control socket are. */
const BOUND_SECTIONS = ['node', 'redis', 'paths', 'control'] as const;

/** The file of API keys is told as `gateway.keys_file`, where it is named. */
const PATHS_IN_PLACE: ReadonlySet<string> = new Set(['keysFile']);

/** Keys that are bound though the rest of their section is not. */
const BOUND_KEYS: ReadonlySet<string> = new Set([
  'gateway.host', // the listening socket
  'gateway.port',
  'engine.kind', // what reads the cards and starts engines is chosen by it
  'cards.nvidia_smi',
  'queue.lease_s', // a lease that is held was granted for the old time
]);

/** Sections that are told key by key. */
const KEYED_SECTIONS = ['gateway', 'cards', 'health', 'queue', 'routing', 'rollout', 'eval', 'telemetry'] as const;

/** Sections that are told whole. */
const WHOLE_SECTIONS = [
  { key: 'restart', section: 'restart' },
  { key: 'tenants', section: 'tenants' },
  { key: 'tenantDefaults', section: 'tenant_defaults' },
  { key: 'guardrails', section: 'guardrails' },
] as const;

/** Compares all but what makes a replica another one: that is for `rollingKeys`. */
export function changedSections(from: Config, to: Config): SectionChanges {
  const hasChanged = (key: keyof Config) => !Bun.deepEquals(from[key], to[key]);
  const isBound = (key: (typeof BOUND_SECTIONS)[number]) =>
    key === 'paths' ? differingKeys(from.paths, to.paths, PATHS_IN_PLACE).length > 0 : hasChanged(key);
  const keyed = KEYED_SECTIONS.flatMap((section) =>
    differingKeys(from[section], to[section]).map((key) => `${section}.${nameInFile(key)}`),
  );
  const kind = from.engine.kind === to.engine.kind ? [] : ['engine.kind'];
  const whole = WHOLE_SECTIONS.filter(({ key }) => hasChanged(key)).map((it) => it.section);
  return {
    needsRestart: [...BOUND_SECTIONS.filter(isBound), ...[...keyed, ...kind].filter((key) => BOUND_KEYS.has(key))],
    inPlace: [
      ...keyed.filter((key) => !BOUND_KEYS.has(key)),
      ...whole,
      ...changedPools(from, to),
      ...changedRestarts(from, to),
    ],
  };
}

/** Pools that are in both, by what of them needs no engine to be started anew. */
function changedPools(from: Config, to: Config): string[] {
  return Object.entries(to.pools).flatMap(([name, pool]) => {
    const before = from.pools[name];
    if (before === undefined) return [];
    return differingKeys(before, pool)
      .filter((key) => POOL_IN_PLACE.has(key))
      .map((key) => `pools.${name}.${nameInFile(key)}`);
  });
}

/** Replicas whose own restart numbers changed; where the section did, they all have. */
function changedRestarts(from: Config, to: Config): string[] {
  if (!Bun.deepEquals(from.restart, to.restart)) return [];
  return to.replicas
    .filter(({ name, restart }) => {
      const before = from.replicas.find((it) => it.name === name);
      return before !== undefined && !Bun.deepEquals(before.restart, restart);
    })
    .map(({ name }) => `replicas.${name}.restart`);
}

/** `maxWaitMs` as the file has it: `max_wait_s`. */
function nameInFile(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/_ms$/, '_s');
}
