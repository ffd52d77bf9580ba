import type { ProcessStat } from './proc-stat.ts';

/** Sends SIGKILL to every group of a session: one, unless a process of it made another. */
export function signalSession(members: readonly ProcessStat[]): void {
  for (const group of new Set(members.map((member) => member.processGroup))) {
    try {
      process.kill(-group, 'SIGKILL');
    } catch (error) {
      const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
      if (!isGone) throw new Error(`process group ${group} cannot be killed; is it another user's?`, { cause: error });
    }
  }
}
