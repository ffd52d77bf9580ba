import type { EngineConfig } from '../config/index.ts';
import { cardEnvironment, inheritedEnvironment, type Environment } from './environment.ts';
import type { Engine } from './launch.ts';
import { serveArguments } from './serve-flags.ts';

/** How this program runs itself: its binary, or Bun and the main file. */
export interface SimHost {
  readonly env: Environment;
  readonly selfCommand: readonly [string, ...string[]];
}

/** The simulated engine, for where there is no GPU: `<ourselves> sim-engine serve …`, with vLLM's flags and `--sim-*`. */
export function simEngine(config: EngineConfig, host: SimHost): Engine {
  const [program, ...rest] = host.selfCommand;
  const inherited = inheritedEnvironment(host.env);
  return {
    kind: 'sim',
    launch: (plan) => ({
      argv: [program, ...rest, 'sim-engine', ...serveArguments(plan)],
      env: { ...inherited, ...config.env, ...cardEnvironment(plan) },
    }),
  };
}
