import type { Launch, ReplicaPlan } from './launch.ts';
import { launchSim, type SimHost } from './sim.ts';
import { launchVllm, type VllmHost } from './vllm.ts';

/** What this host hands to its engines, whichever kind they are. */
export type EngineHost = VllmHost & SimHost;

/**
 * How to start the engine of a plan; `undefined` where somebody else runs it and there is nothing to start. Pure but
 * for `host.exists`. Throws where its program is not there; the message says what to do about it.
 */
export function launchEngine(plan: ReplicaPlan, host: EngineHost): Launch | undefined {
  switch (plan.engine.kind) {
    case 'vllm':
      return launchVllm(plan, host);
    case 'sim':
      return launchSim(plan, host);
    case 'external':
      return undefined;
  }
}
