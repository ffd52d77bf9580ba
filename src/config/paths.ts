import { join, resolve } from 'node:path';

/** Where this node keeps things. Absolute. */
export interface Paths {
  /** What survives a reboot: Redis's data, the node's id, recorded process groups, the venv. */
  readonly state: string;
  /** What does not: sockets. */
  readonly runtime: string;
  /** What can be made again: models, compile caches. */
  readonly cache: string;
  /** The control socket. */
  readonly controlSocket: string;
  /** Hashes of the API keys; not there where nobody needs one. */
  readonly keysFile: string;
}

/** What the paths are derived from: the file's own keys first, then systemd's directories, then XDG's. */
interface PathSources {
  readonly file: {
    readonly state?: string | undefined;
    readonly runtime?: string | undefined;
    readonly cache?: string | undefined;
  };
  readonly controlSocket: string | undefined;
  readonly keysFile?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
  /** Of the config file: what the file's own keys are relative to. */
  readonly folder: string;
}

/**
 * Derives the directories. Under systemd `STATE_DIRECTORY`, `RUNTIME_DIRECTORY` and `CACHE_DIRECTORY` are set
 * (systemd.exec(5)); an ordinary user gets the XDG base directories.
 */
export function derivePaths({ file, controlSocket, keysFile, env, uid, folder }: PathSources): Paths {
  const home = env['HOME'] ?? '/tmp';
  const own = (path: string | undefined) => (path === undefined ? undefined : resolve(folder, path));
  const under = (base: string | undefined, fallback: string) => join(base ?? fallback, 'ssw-infer');
  const state = own(file.state) ?? env['STATE_DIRECTORY'] ?? under(env['XDG_STATE_HOME'], join(home, '.local/state'));
  const cache = own(file.cache) ?? env['CACHE_DIRECTORY'] ?? under(env['XDG_CACHE_HOME'], join(home, '.cache'));
  const runtime =
    own(file.runtime) ?? env['RUNTIME_DIRECTORY'] ?? under(env['XDG_RUNTIME_DIR'], `/tmp/ssw-infer-${uid}`);
  return {
    state,
    runtime,
    cache,
    controlSocket: own(controlSocket) ?? join(runtime, 'ctl.sock'),
    keysFile: own(keysFile) ?? join(state, 'keys.json'),
  };
}
