import { join } from 'node:path';
import { cacheEnvironment, cardEnvironment, inheritedEnvironment, pathWith, type Environment } from './environment.ts';
import type { Launch, ReplicaPlan } from './launch.ts';
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

/**
 * Real vLLM: `vllm serve`, from the plan's executable, the installed venv, or PATH, in that order. Throws where it is
 * not there, which a shell would only tell by exit code 127.
 */
export function launchVllm(plan: ReplicaPlan, host: VllmHost): Launch {
  const executable = plan.engine.executable ?? installed(host) ?? 'vllm';
  const env = environment(executable, plan, host);
  if (!isThere(executable, env['PATH'] ?? '', host)) throw missing(plan.engine.executable);
  return { argv: [executable, ...serveArguments(plan)], env };
}

function installed({ stateDirectory, exists }: VllmHost): string | undefined {
  const path = join(stateDirectory, 'venv', 'bin', 'vllm');
  return exists(path) ? path : undefined;
}

function environment(executable: string, plan: ReplicaPlan, host: VllmHost): Record<string, string> {
  const inherited = inheritedEnvironment(host.env);
  return {
    HF_HOME: join(host.cacheDirectory, 'huggingface'), // where scripts/install-vllm.sh puts the models
    ...inherited,
    PATH: pathWith(executable, inherited['PATH']),
    PYTHONUNBUFFERED: '1',
    VLLM_NO_USAGE_STATS: '1',
    // The default of 5 s closes pooled connections under our hands in every pause.
    VLLM_HTTP_TIMEOUT_KEEP_ALIVE: '75',
    ...cacheEnvironment(plan),
    ...plan.engine.env,
    ...cardEnvironment(plan),
  };
}

/** As execvp(3) looks: a name with a slash is a path, any other is sought in the directories of the child's PATH. */
function isThere(executable: string, path: string, { exists }: VllmHost): boolean {
  if (executable.includes('/')) return exists(executable);
  return path.split(':').some((directory) => exists(join(directory, executable)));
}

function missing(asked: string | undefined): Error {
  return new Error(
    asked === undefined
      ? 'vllm is not installed: run scripts/install-vllm.sh, or set engine.executable'
      : `engine.executable does not exist: ${asked}; correct it, or leave it out and run scripts/install-vllm.sh`,
  );
}
