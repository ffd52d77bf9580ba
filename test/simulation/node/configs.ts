import { layer, NO_OVERLAY, type Config, type Layered, type LayeredResult } from '../../../src/config/index.ts';

/** What all configs of a story have in common: limits short enough for a story that is not days long. */
const COMMON = `
restart:
  backoff_max_s: 30
  max_restarts: 12
  restart_window_s: 600
  healthy_after_s: 60
  drain_timeout_s: 20
  stop_grace_s: 5
  phase_timeout_s: { spawned: 60, configuring: 60, downloading: 60, loading: 60, compiling: 60, kv_cache: 60, capturing: 60, listening: 60, warming: 60 }
cards: { wait_s: 30 }
queue: { max_wait_s: 60, quarantine_s: 600 }
`;

/** A fleet, and what a reload may make of it. */
interface Fleet {
  readonly health: string;
  readonly pools: string;
  /** One line each. */
  readonly replicas: readonly string[];
  /** Replicas that come with a reload. */
  readonly more: readonly string[];
}

const TWO_POOLS = 'pools: { heavy: { model: a/heavy, args: { max-num-seqs: 8 } }, light: { model: a/light } }';

const FLEETS: readonly [Fleet, ...Fleet[]] = [
  {
    health: 'health: {}',
    pools: TWO_POOLS,
    replicas: [
      '{ name: heavy-0, pool: heavy, gpu: 0, gpu_memory_utilization: 0.5 }',
      '{ name: light-0, pool: light, gpu: 0, gpu_memory_utilization: 0.4, port: 8101 }',
      '{ name: heavy-1, pool: heavy, gpu: 1, gpu_memory_utilization: 0.5 }',
      '{ name: light-1, pool: light, gpu: 1, gpu_memory_utilization: 0.4 }',
    ],
    more: ['{ name: heavy-2, pool: heavy, gpu: 2, gpu_memory_utilization: 0.9 }'],
  },
  {
    health: 'health: { interval_s: 2, dead_after_s: 20, idle_probe_s: 30 }',
    pools: TWO_POOLS,
    replicas: [
      '{ name: heavy-0, pool: heavy, gpu: 0, gpu_memory_utilization: 0.3 }',
      '{ name: heavy-1, pool: heavy, gpu: 0, gpu_memory_utilization: 0.3 }',
      '{ name: heavy-2, pool: heavy, gpu: 0, gpu_memory_utilization: 0.3, port: 8102 }',
      '{ name: light-0, pool: light, url: "http://elsewhere:9000" }',
    ],
    more: ['{ name: light-1, pool: light, url: "http://elsewhere:9001" }'],
  },
  {
    health: 'health: { interval_s: 5, dead_after_s: 30, stall_after_s: 60, idle_probe_s: 60 }',
    pools: TWO_POOLS,
    replicas: [
      '{ name: heavy-0, pool: heavy, gpu: 0, gpu_memory_utilization: 0.9 }',
      '{ name: light-0, pool: light }',
      '{ name: light-1, pool: light, restart: { max_restarts: 3, backoff_initial_s: 5 } }',
      '{ name: light-2, pool: light, url: "http://elsewhere:9000" }',
    ],
    more: ['{ name: light-3, pool: light, port: 8103 }'],
  },
];

/** How many fleets there are. */
export const FLEET_COUNT = FLEETS.length;

/** A change of the file, each of a kind of its own. */
export const GOOD_CHANGES = ['none', 'model', 'args', 'fewer', 'more', 'order'] as const;
export const BAD_CHANGES = ['syntax', 'unknown_pool', 'overfull', 'twice', 'bound'] as const;
export type Change = (typeof GOOD_CHANGES)[number] | (typeof BAD_CHANGES)[number];

/** Whether the reload of such a file is to be refused. */
export function isBad(change: Change): boolean {
  return BAD_CHANGES.some((it) => it === change);
}

const loaded = new Map<string, LayeredResult>();

/** The file of a fleet after a change. Read once: stories share them. */
export function loadFleet(number: number, change: Change): LayeredResult {
  const key = `${number} ${change}`;
  let result = loaded.get(key);
  if (result === undefined) {
    const text = textOf(FLEETS[number] ?? FLEETS[0], change);
    result = layer('/etc/replicas.yaml', text, NO_OVERLAY, { env: {}, uid: 0 });
    loaded.set(key, result);
  }
  return result;
}

/** What a service starts with. Throws for a bad file. */
export function layeredOf(number: number, change: Change): Layered {
  const result = loadFleet(number, change);
  if (!result.ok) throw new Error(`fleet ${number} is bad: ${JSON.stringify(result.problems)}`);
  return result.layered;
}

/** Its config. Throws for a bad file. */
export const configOf = (number: number, change: Change): Config => layeredOf(number, change).config;

function textOf({ health, pools, replicas, more }: Fleet, change: Change): string {
  const file = (lines: readonly string[], itsPools = pools, rest = ''): string =>
    `${COMMON}${health}\n${rest}${itsPools}\nreplicas:\n${lines.map((line) => `  - ${line}\n`).join('')}`;
  const [first = '', ...others] = replicas;
  switch (change) {
    case 'none':
      return file(replicas);
    case 'model':
      return file(replicas, pools.replace('a/light', 'b/light'));
    case 'args':
      return file([first.replace(' }', ', args: { seed: 1 } }'), ...others]);
    case 'fewer':
      return file(replicas.filter((line) => !line.includes('heavy-1') && !line.includes('light-1')));
    case 'more':
      return file([...replicas, ...more]);
    case 'order':
      return file(replicas.toReversed());
    case 'syntax':
      return `${file(replicas)}\n  - {`;
    case 'unknown_pool':
      return file([first.replace('pool: heavy', 'pool: huge'), ...others]);
    case 'overfull':
      return file([...replicas, '{ name: extra, pool: heavy, gpu: 0, gpu_memory_utilization: 0.8 }']);
    case 'twice':
      return file([...replicas, first]);
    case 'bound':
      return file(replicas.slice(1), pools, 'gateway: { port: 9999 }\n');
  }
}
