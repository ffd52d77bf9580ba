import { z } from 'zod';
import { duration, milliseconds } from './duration.ts';

/** How long a start may stay in each of its phases without progress. The phases are the engine's own. */
const phases = {
  spawned: duration().meta({ description: 'Until its first words: imports from a cold disk.' }),
  configuring: duration(),
  downloading: duration().meta({ description: 'vLLM tells nothing of a download until its end.' }),
  loading: duration().meta({ description: 'Without one more shard.' }),
  compiling: duration(),
  kv_cache: duration(),
  capturing: duration().meta({ description: 'Without one more graph.' }),
  listening: duration(),
  warming: duration().meta({ description: 'Until its first completion.' }),
};

const keys = {
  backoff_initial_s: duration().meta({ description: 'Before the second restart in a row; the first is at once.' }),
  backoff_max_s: duration(),
  max_restarts: z.int().min(1).max(100_000).meta({ description: 'More within restart_window_s: failed, with advice.' }),
  restart_window_s: duration(),
  healthy_after_s: duration().meta({ description: 'Ready for this long earns one restart back.' }),
  drain_timeout_s: duration(0),
  stop_grace_s: duration(),
  phase_timeout_s: z.strictObject(phases).partial(),
};

/** The section `restart`: how engines are ended and brought back. */
export const restartSchema = z
  .strictObject({
    backoff_initial_s: keys.backoff_initial_s.default(1),
    backoff_max_s: keys.backoff_max_s.default(60),
    max_restarts: keys.max_restarts.default(10),
    restart_window_s: keys.restart_window_s.default(3600),
    healthy_after_s: keys.healthy_after_s.default(300),
    drain_timeout_s: keys.drain_timeout_s.default(120),
    stop_grace_s: keys.stop_grace_s.default(10),
    phase_timeout_s: z
      .strictObject({
        spawned: phases.spawned.default(300),
        configuring: phases.configuring.default(300),
        downloading: phases.downloading.default(7200),
        loading: phases.loading.default(900),
        compiling: phases.compiling.default(1200),
        kv_cache: phases.kv_cache.default(600),
        capturing: phases.capturing.default(600),
        listening: phases.listening.default(120),
        warming: phases.warming.default(180),
      })
      .prefault({}),
  })
  .prefault({});

/** What one replica has otherwise. */
export const restartOverrideSchema = z.strictObject(keys).partial();

type RestartKeys = z.output<typeof restartSchema>;
type RestartOverride = z.output<typeof restartOverrideSchema>;

/** How one engine is ended and brought back. Durations in milliseconds. */
export interface RestartConfig {
  readonly backoffInitialMs: number;
  readonly backoffMaxMs: number;
  readonly maxRestarts: number;
  readonly restartWindowMs: number;
  readonly healthyAfterMs: number;
  readonly drainTimeoutMs: number;
  readonly stopGraceMs: number;
  /** Without progress. */
  readonly phaseTimeoutMs: Readonly<Record<keyof typeof phases, number>>;
}

/** The policy of the section, with what a replica has otherwise. */
export function restartPolicy(section: RestartKeys, override: RestartOverride = {}): RestartConfig {
  const time = (key: Exclude<keyof RestartKeys, 'max_restarts' | 'phase_timeout_s'>): number =>
    milliseconds(override[key] ?? section[key]);
  const phase = (key: keyof typeof phases): number =>
    milliseconds(override.phase_timeout_s?.[key] ?? section.phase_timeout_s[key]);
  return {
    backoffInitialMs: time('backoff_initial_s'),
    backoffMaxMs: time('backoff_max_s'),
    maxRestarts: override.max_restarts ?? section.max_restarts,
    restartWindowMs: time('restart_window_s'),
    healthyAfterMs: time('healthy_after_s'),
    drainTimeoutMs: time('drain_timeout_s'),
    stopGraceMs: time('stop_grace_s'),
    phaseTimeoutMs: {
      spawned: phase('spawned'),
      configuring: phase('configuring'),
      downloading: phase('downloading'),
      loading: phase('loading'),
      compiling: phase('compiling'),
      kv_cache: phase('kv_cache'),
      capturing: phase('capturing'),
      listening: phase('listening'),
      warming: phase('warming'),
    },
  };
}
