/** Pids of one group that are remembered: an engine has a few, and some that come and go. */
export const EVER_MEMBERS_MAX = 1024;

/** Every pid ever seen in a group; of too many the latest. */
export interface EverMembers {
  /** Remembers them; answers with the same. */
  seen(this: void, pids: readonly number[]): readonly number[];
  all(): readonly number[];
}

export function createEverMembers(leader: number): EverMembers {
  const pids = new Set([leader]);
  return {
    seen(found) {
      for (const pid of found) {
        pids.delete(pid);
        pids.add(pid);
      }
      for (const oldest of [...pids].slice(0, Math.max(0, pids.size - EVER_MEMBERS_MAX))) pids.delete(oldest);
      return found;
    },
    all: () => [...pids],
  };
}
