import { delay, type Clock } from '../../telemetry/index.ts';
import { createLineMeter } from '../output/meter.ts';
import type { CgroupIdentity } from './cgroup.ts';
import { failedWith } from './errno.ts';
import type { Command, Exit } from './process-group.ts';

/**
 * Holds a command back until it is told to go, so that it cannot run before the guard knows of it: a parent that dies
 * first closes the pipe, and the command never begins. Same pid afterwards. Takes back what sh adds to an environment.
 */
const GATE_SCRIPT = 'read -r go || exit 125; unset PWD OLDPWD SHLVL; exec "$@" </dev/null 2>&1';

/**
 * Between two reads of an output that floods: a pipe holds 64 KiB (pipe(7)), so that its writer still gets rid of
 * 6 MB/s, and reading them costs some per cent of a core.
 */
const FLOOD_READ_MS = 10;

/** A command that has been spawned as the leader of a session of its own and waits at the gate. */
export interface Gated {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  readonly outputEnded: Promise<void>;
  /** Lets the command begin. */
  open(): void;
  terminate(): void;
}

/** In the cgroup from its first instruction. Throws if it cannot be started. */
export function spawnGated(
  { argv, env, cwd }: Command,
  cgroup: CgroupIdentity | undefined,
  clock: Clock,
  onLine: (text: string) => void,
): Gated {
  const child = Bun.spawn(['/bin/sh', '-c', GATE_SCRIPT, 'sh', ...argv], {
    detached: true,
    ...(cwd === undefined ? {} : { cwd }),
    ...(cgroup === undefined ? {} : { cgroup: cgroup.path }),
    env: { ...env },
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'ignore',
  });
  return {
    pid: child.pid,
    exited: child.exited.then(() => ({
      code: child.signalCode === null ? child.exitCode : null,
      signal: child.signalCode === null ? null : String(child.signalCode),
    })),
    outputEnded: readLines(child.stdout, clock, onLine),
    open: () => void say(child.stdin, 'go\n'),
    terminate: () => child.kill('SIGTERM'),
  };
}

/** A child that ended at the gate hears nothing; its exit says so. */
async function say(pipe: Bun.FileSink, text: string): Promise<void> {
  try {
    await pipe.write(text);
    await pipe.end();
  } catch (error) {
    if (!failedWith(error, 'EPIPE')) throw error;
  }
}

/** However fast it is written, timers and sockets have their turn after each read. */
async function readLines(
  output: ReadableStream<Uint8Array>,
  clock: Clock,
  onLine: (text: string) => void,
): Promise<void> {
  const meter = createLineMeter(clock, onLine);
  for await (const bytes of output) {
    meter.push(bytes);
    await (meter.isSpent() ? delay(clock, FLOOD_READ_MS) : nextTurn());
  }
  meter.end();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
