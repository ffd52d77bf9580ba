import { dirname, isAbsolute, join } from 'node:path';
import type { ReplicaPlan } from './launch.ts';

/**
 * What a child may inherit, by name. Everything else stays behind: above all `NOTIFY_SOCKET` and `WATCHDOG_*`
 * (sd_notify(3)), `CREDENTIALS_DIRECTORY`, keys and tokens. A model behind a token has it in `engine.env`.
 */
const INHERITED = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'LD_LIBRARY_PATH',
  'CUDA_HOME',
  'HF_HOME',
  'HF_ENDPOINT',
  'HF_HUB_OFFLINE',
  'TRANSFORMERS_OFFLINE',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
] as const;

const PATH_FALLBACK = '/usr/local/bin:/usr/bin:/bin';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a child gets of our own environment. */
export function inheritedEnvironment(own: Environment): Record<string, string> {
  const kept = INHERITED.flatMap((name) => {
    const value = own[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { PATH: PATH_FALLBACK, ...Object.fromEntries(kept) };
}

/** The one card a replica may see, numbered as `nvidia-smi` does; none where the config names none. */
export function cardEnvironment({ replica }: ReplicaPlan): Record<string, string> {
  return { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: replica.gpu === undefined ? '' : `${replica.gpu}` };
}

/** Puts the tools of a virtual environment on the path (`ninja`, which kernels are built with), as activating it does. */
export function pathWith(executable: string, path: string | undefined): string {
  const rest = path ?? PATH_FALLBACK;
  return isAbsolute(executable) ? `${dirname(executable)}:${rest}` : rest;
}

/** Caches of a replica's own: servers that share one have corrupted it (vllm#24601). Kept, they halve a start. */
export function cacheEnvironment({ cacheDirectory }: ReplicaPlan): Record<string, string> {
  return {
    VLLM_CACHE_ROOT: join(cacheDirectory, 'vllm'),
    TORCHINDUCTOR_CACHE_DIR: join(cacheDirectory, 'torchinductor'),
    TRITON_CACHE_DIR: join(cacheDirectory, 'triton'),
    CUDA_CACHE_PATH: join(cacheDirectory, 'cuda'),
  };
}
