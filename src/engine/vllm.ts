import { join } from 'node:path';
import type { EngineConfig } from '../config/index.ts';
import { cacheEnvironment, cardEnvironment, inheritedEnvironment, pathWith, type Environment } from './environment.ts';
import type { Engine } from './launch.ts';
import { serveArguments } from './serve-flags.ts';

/** What an engine needs to know of this host to write a command line. */
export interface VllmHost {
  /** Our own environment; little of it is passed on. */
  readonly env: Environment;
  /** Where the installed virtual environment is looked for: its `venv/`. */
  readonly stateDirectory: string;
  /** Where models are kept that are not found under an `HF_HOME` of our own environment: its `huggingface/`. */
  readonly cacheDirectory: string;
  readonly exists: (path: string) => boolean;
}

/** Real vLLM: `vllm serve`, from the config's executable, the installed venv, or PATH, in that order. */
export function vllmEngine(config: EngineConfig, host: VllmHost): Engine {
  const executable = config.executable ?? installed(host) ?? 'vllm';
  const inherited = inheritedEnvironment(host.env);
  return {
    kind: 'vllm',
    launch: (plan) => ({
      argv: [executable, ...serveArguments(plan)],
      env: {
        HF_HOME: join(host.cacheDirectory, 'huggingface'), // where scripts/install-vllm.sh puts the models
        ...inherited,
        PATH: pathWith(executable, inherited['PATH']),
        PYTHONUNBUFFERED: '1',
        VLLM_NO_USAGE_STATS: '1',
        // The default of 5 s closes pooled connections under our hands in every pause.
        VLLM_HTTP_TIMEOUT_KEEP_ALIVE: '75',
        ...cacheEnvironment(plan),
        ...config.env,
        ...cardEnvironment(plan),
      },
    }),
  };
}

function installed({ stateDirectory, exists }: VllmHost): string | undefined {
  const path = join(stateDirectory, 'venv', 'bin', 'vllm');
  return exists(path) ? path : undefined;
}
