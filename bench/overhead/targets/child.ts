import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { descendants, isAlive } from '../proc.ts';

/** How long a target may take to stop on SIGTERM before it is killed. */
const STOP_LIMIT_MS = 15_000;

/** End of its output told when it fails. */
const LOG_CHARS_TOLD = 2000;

/** A process of a target; disposing of it ends it and everything it started. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** Throws with the end of its output when it has ended by itself. */
  check(): void;
}

/** Starts a process in `directory`, its output in a file there, its environment as small as can be. */
export function startChild(name: string, argv: readonly string[], directory: string): Child {
  const log = join(directory, `${name}.log`);
  const child = Bun.spawn([...argv], {
    cwd: directory,
    env: { PATH: process.env['PATH'] ?? '', HOME: directory },
    stdin: 'ignore',
    stdout: Bun.file(`${log}.out`),
    stderr: Bun.file(log),
  });
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid,
    check() {
      if (!hasEnded()) return;
      const said = readFileSync(log, 'utf8').slice(-LOG_CHARS_TOLD);
      throw new Error(`${name} ended by itself (${child.exitCode ?? child.signalCode}): ${said}`);
    },
    async [Symbol.asyncDispose]() {
      const started = descendants(child.pid);
      child.kill('SIGTERM');
      await Promise.race([child.exited, Bun.sleep(STOP_LIMIT_MS)]);
      if (!hasEnded()) child.kill('SIGKILL');
      await child.exited;
      for (const one of started.filter(isAlive)) process.kill(one.pid, 'SIGKILL');
    },
  };
}
