import type { Launch, ReplicaPlan } from './launch.ts';
import { launchSim, type SimHost } from './sim.ts';
import { launchVllm, type VllmHost } from './vllm.ts';

/** What this host hands to its engines, whichever kind they are. */
export type EngineHost = VllmHost & SimHost;

/**
 * How to start the engine of a plan. Pure but for `host.exists`. Throws where its program is not there; the message
 * says what to do about it.
 */
export function launchEngine(plan: ReplicaPlan, host: EngineHost): Launch {
  return plan.engine.kind === 'vllm' ? launchVllm(plan, host) : launchSim(plan, host);
}
