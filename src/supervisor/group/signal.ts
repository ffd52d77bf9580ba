import { failedWith } from './errno.ts';
import type { ProcessStat } from './proc-stat.ts';

/** Sends SIGKILL to every group of a session: one, unless a process of it made another. */
export function signalSession(members: readonly ProcessStat[]): void {
  for (const group of new Set(members.map((member) => member.processGroup))) {
    try {
      process.kill(-group, 'SIGKILL');
    } catch (error) {
      if (failedWith(error, 'ESRCH')) continue;
      throw new Error(`process group ${group} cannot be killed; is it another user's?`, { cause: error });
    }
  }
}
