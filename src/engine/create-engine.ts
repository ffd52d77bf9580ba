import type { EngineConfig } from '../config/index.ts';
import type { Engine } from './launch.ts';
import { simEngine, type SimHost } from './sim.ts';
import { vllmEngine, type VllmHost } from './vllm.ts';

/** What this host hands to its engines, whichever kind they are. */
export type EngineHost = VllmHost & SimHost;

/** The kind of engine that the config asks for. Pure but for `exists`, which it calls once. */
export function createEngine(config: EngineConfig, host: EngineHost): Engine {
  return config.kind === 'vllm' ? vllmEngine(config, host) : simEngine(config, host);
}
