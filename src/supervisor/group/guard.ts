import { keepGuard, type KeeperEffects } from './guard-keeper.ts';
import type { RecordedGroup } from './record.ts';

/** How long an orderly end of the guard may take. */
const CLOSE_MS = 2_000;

/** What the guard needs to know of a group. */
export type Guarded = Pick<RecordedGroup, 'pgid' | 'cgroup'>;

/** Kills the groups it was told of when this program dies, however it dies. */
export interface Guard {
  readonly pid: number | undefined;
  /** Resolves once the guard's pipe holds the line: from then on the group dies with this program. */
  add(group: Guarded): Promise<void>;
  remove(group: Guarded): void;
  close(): Promise<void>;
}

/** Starts the guard and keeps it running; whoever it is, it knows all groups. */
export function createGuard(effects: KeeperEffects): Guard {
  const groups = new Map<number, string>();
  const keeper = keepGuard(effects, (guard) => {
    for (const group of groups.values()) void guard.tell(`+ ${group}\n`);
  });
  return {
    get pid() {
      return keeper.guard().pid;
    },
    async add(group) {
      groups.set(group.pgid, wordsOf(group));
      await keeper.guard().tell(`+ ${wordsOf(group)}\n`);
    },
    remove(group) {
      groups.delete(group.pgid);
      void keeper.guard().tell(`- ${wordsOf(group)}\n`);
    },
    async close() {
      keeper.stop();
      const guard = keeper.guard();
      const cancelKill = effects.clock.after(CLOSE_MS, () => guard.kill());
      void guard.hangUp();
      await guard.exited;
      cancelKill();
    },
  };
}

/** `PGID [CGROUP]`, as the guard's script reads it. */
function wordsOf({ pgid, cgroup }: Guarded): string {
  return cgroup === undefined ? String(pgid) : `${pgid} ${cgroup.path}`;
}
