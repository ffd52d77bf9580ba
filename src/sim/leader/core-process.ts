import type { FromCore, ToCore } from '../core/messages.ts';
import { CORE_TITLE } from '../core/title.ts';

/** The engine core as its leader holds it. */
export interface CoreProcess {
  readonly pid: number;
  /** Does nothing once the core is gone. */
  tell(message: ToCore): void;
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  readonly exited: Promise<unknown>;
}

/** vLLM's server looks at its engine's sentinel on a thread of its own: a death is known this much later. */
const DEATH_NOTICE_MS = 100;

/** Starts the core: this program again, in the same session and process group, as vLLM starts its own. */
export function spawnCore(hear: (message: FromCore) => void, gone: () => void): CoreProcess {
  const child = Bun.spawn([...thisProgram(), 'sim-engine', 'core'], {
    argv0: CORE_TITLE,
    stdio: ['ignore', 'inherit', 'inherit'],
    serialization: 'json',
    ipc: hear,
    onExit: () => void setTimeout(gone, DEATH_NOTICE_MS),
  });
  const lives = () => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid,
    tell: (message) => {
      if (lives()) child.send(message);
    },
    signal: (signal) => {
      if (lives()) child.kill(signal);
    },
    exited: child.exited,
  };
}

/** How to run this program again: a compiled binary is its own executable, a source file needs Bun before it. */
function thisProgram(): readonly string[] {
  const script = process.argv[1] ?? '';
  return script === '' || script.startsWith('/$bunfs/') ? [process.execPath] : [process.execPath, script];
}
