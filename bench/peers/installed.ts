import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where `install.sh` puts what it installs. */
const root = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'ssw-infer/peers');

/** A file that `install.sh` has put there; absent where it has not. */
export function installed(...path: string[]): string | undefined {
  const file = join(root, ...path);
  return existsSync(file) ? file : undefined;
}

/** A program of the distribution. Daemons are often in a directory that is not on the PATH of ordinary users. */
export function onPath(name: string): string | undefined {
  return Bun.which(name, { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin` }) ?? undefined;
}

/** A program whose path was given. Throws when nothing is there. */
export function given(flag: string, path: string | undefined): string | undefined {
  if (path === undefined || path === '') return undefined;
  if (existsSync(path)) return resolve(path);
  throw new Error(`${flag}: there is no ${path}`);
}

/** Version of the one distribution that a virtual environment of `install.sh` is for. */
export function pythonVersion(distribution: string): Promise<string> {
  const program = `import importlib.metadata as m; print(m.version(${JSON.stringify(distribution)}))`;
  return said([join(root, distribution, 'bin/python'), '-c', program]);
}

/** The first thing like a version, `1.2.3`, in what a command says; all of it where there is none. */
export async function said(command: readonly string[]): Promise<string> {
  const child = Bun.spawn([...command], { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe', timeout: 20_000 });
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  const text = `${out}\n${err}`.trim();
  return /\d+\.\d+(?:\.\w+)*/.exec(text)?.[0] ?? (text.slice(0, 80) || 'unknown');
}
