import type { Log } from '../../telemetry/index.ts';
import { GUARD_SCRIPT } from './guard-script.ts';

/** One life of the guard: a sh in a session of its own at the other end of a pipe. */
export interface GuardProcess {
  /** `undefined` once it has ended. */
  readonly pid: number | undefined;
  readonly exited: Promise<unknown>;
  /** Resolves once the pipe holds the line, or the guard has ended and hears nothing. */
  tell(line: string): Promise<unknown>;
  /** Ends the pipe: it kills what is left and exits. */
  hangUp(): Promise<void>;
  kill(): void;
}

/** Throws where it cannot be started. */
export function startGuardProcess(log: Log): GuardProcess {
  const child = Bun.spawn(['/bin/sh', '-c', GUARD_SCRIPT, 'ssw-infer-guard'], {
    detached: true,
    cwd: '/',
    env: {},
    stdin: 'pipe',
    stdout: 'ignore',
    stderr: 'ignore',
  });

  async function write(line: string): Promise<void> {
    try {
      await child.stdin.write(line);
      await child.stdin.flush();
    } catch (error) {
      log.debug({ err: error }, 'the guard could not be told; its successor will be');
    }
  }

  return {
    get pid() {
      return child.exitCode === null && child.signalCode === null ? child.pid : undefined;
    },
    exited: child.exited,
    tell: (line) => Promise.race([child.exited, write(line)]),
    async hangUp() {
      try {
        await child.stdin.end();
      } catch (error) {
        log.debug({ err: error }, 'the guard was dead already');
      }
    },
    kill: () => child.kill('SIGKILL'),
  };
}
