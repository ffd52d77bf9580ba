import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readProcess, readProcessTable } from './proc.ts';

/** How long a real process may take to do what a test waits for. */
const WAIT_MS_MAX = 10_000;

/** Waits until `look` answers something; throws with `what` when it takes too long. */
export async function eventually<Answer>(what: string, look: () => Answer | undefined | false): Promise<Answer> {
  const untilMs = Bun.nanoseconds() / 1e6 + WAIT_MS_MAX;
  for (;;) {
    const answer = look();
    if (answer !== undefined && answer !== false) return answer;
    if (Bun.nanoseconds() / 1e6 > untilMs) throw new Error(`waited ${WAIT_MS_MAX} ms in vain: ${what}`);
    await Bun.sleep(5);
  }
}

/** A temporary directory that removes itself. */
export function scratchDirectory(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'ssw-supervisor-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Whether a process runs; a zombie does not. */
export function isRunning(pid: number): boolean {
  const process = readProcess(pid);
  return process !== undefined && process.state !== 'Z';
}

/** Kills a session that a test started, if it is still there. */
export function killSession(pid: number): void {
  const members = readProcessTable().filter((member) => member.session === pid && member.state !== 'Z');
  for (const member of members) process.kill(member.pid, 'SIGKILL');
}

/** A command line that prints its own pid and that of a child in its session, then waits for it. */
export const LEADER_AND_CORE = 'sleep 600 & echo "$$ $!"; wait';

/** The same, but the child leads a session of its own. */
export const ESCAPEE = 'setsid sleep 600 & echo "$$ $!"; wait';

/** A supervising process: starts one group, says which, and hangs on until it is killed. */
export async function startSupervisor(
  stateDirectory: string,
  script: string,
): Promise<{ readonly pid: number; readonly pids: readonly number[] } & AsyncDisposable> {
  const program = join(import.meta.dir, 'supervising.fixture.ts');
  const child = Bun.spawn([process.execPath, program, stateDirectory, script], { stdout: 'pipe', stderr: 'inherit' });
  const { value } = await child.stdout.getReader().read();
  const pids = new TextDecoder().decode(value).trim().split(' ').map(Number);
  return {
    pid: child.pid,
    pids,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await child.exited;
    },
  };
}
