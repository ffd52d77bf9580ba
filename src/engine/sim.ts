import { cardEnvironment, inheritedEnvironment, type Environment } from './environment.ts';
import type { Launch, ReplicaPlan } from './launch.ts';
import { serveArguments } from './serve-flags.ts';

/** How this program runs itself: its binary, or Bun and the main file. */
export interface SimHost {
  readonly env: Environment;
  readonly selfCommand: readonly [string, ...string[]];
}

/** The simulated engine, for where there is no GPU: `<ourselves> sim-engine serve …`, with vLLM's flags and `--sim-*`. */
export function launchSim(plan: ReplicaPlan, host: SimHost): Launch {
  const [program, ...rest] = host.selfCommand;
  return {
    argv: [program, ...rest, 'sim-engine', ...serveArguments(plan)],
    env: { ...inheritedEnvironment(host.env), ...plan.engine.env, ...cardEnvironment(plan) },
  };
}
