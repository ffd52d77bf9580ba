import { START_PHASES } from '../../../src/engine/index.ts';
import { REPLICA_ON_PORT, REPLICAS, type ReplicaName } from './plan.ts';

/** Where a storm's node lives, and on which port its one replica with a port listens. */
export interface Place {
  readonly directory: string;
  readonly port: number;
}

/** Flags of one replica beyond those of its pool. */
export type ExtraArgs = Readonly<Partial<Record<ReplicaName, Readonly<Record<string, string>>>>>;

/** A prompt with this in it kills the engine that runs it. */
export const POISON = 'mandrake';

/** Simulated seconds a real one: streams of a few hundred milliseconds, starts of one or two. */
const SPEED = 4;
const POOL_ARGS = { 'sim-speed': SPEED, 'sim-start-s': 2, 'sim-poison': POISON };

/** Endings that a storm brings must not make up a crash loop. */
const RESTARTS_MAX = 10_000;

/** A leader that is frozen while it starts has so long; the slowest phase of a slow start takes half of it. */
const PHASE_LIMIT_S = 5;
const PHASES = [...START_PHASES, 'warming'] as const;

/** Four replicas on two cards that are probed and restarted in test time. JSON is YAML. */
export function configText({ directory, port }: Place, extra: ExtraArgs = {}): string {
  const replicas = REPLICAS.map((name) => ({
    name,
    pool: name.startsWith('heavy') ? 'heavy' : 'light',
    gpu: name.endsWith('0') ? 0 : 1,
    gpu_memory_utilization: name.startsWith('heavy') ? 0.52 : 0.38,
    ...(name === REPLICA_ON_PORT ? { port } : {}),
    args: extra[name] ?? {},
  }));
  const config = {
    gateway: { port: 0 },
    pools: {
      heavy: { model: 'sim/heavy-14b', max_model_len: 8192, args: POOL_ARGS },
      light: { model: 'sim/light-8b', max_model_len: 8192, args: POOL_ARGS },
    },
    replicas,
    engine: { kind: 'sim', env: { SSW_TEST_MARK: directory } },
    health: { interval_s: 0.1, timeout_s: 3, dead_after_s: 4, stall_after_s: 3, idle_probe_s: 2 },
    restart: {
      backoff_initial_s: 0.1,
      backoff_max_s: 1,
      max_restarts: RESTARTS_MAX,
      phase_timeout_s: Object.fromEntries(PHASES.map((phase) => [phase, PHASE_LIMIT_S])),

      drain_timeout_s: 10,
      stop_grace_s: 3,
    },
    queue: { max_wait_s: 30 },
    paths: { state: `${directory}/state`, runtime: `${directory}/run`, cache: `${directory}/cache` },
  };
  return JSON.stringify(config, null, 2);
}
