import { delay, type Clock, type Log } from '../../telemetry/index.ts';
import type { ProcessGroup } from './process-group.ts';

/** How often it is looked whether a group is gone: quickly at first, then slower up to the limit. */
const POLL_MS = 5;
const POLL_MS_MAX = 250;

/** After how long a group that does not go is worth a line in the log, again and again. */
const WARN_MS = 10_000;

export interface GoneEffects {
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Waits until no process of a group is left, however long that takes: before that its card is not free. Once `isKilled`
 * says so, whatever was forked meanwhile is killed too.
 */
export async function untilGone(
  group: ProcessGroup,
  name: string,
  effects: GoneEffects,
  isKilled: () => boolean,
): Promise<void> {
  const { clock, log } = effects;
  let warnAtMs = clock.nowMs() + WARN_MS;
  for (let waitMs = POLL_MS; ; waitMs = Math.min(waitMs * 2, POLL_MS_MAX)) {
    const pids = look(group, name, log);
    if (pids?.length === 0) return;
    if (clock.nowMs() >= warnAtMs) {
      log.warn({ group: name, pids }, `processes of ${name} are still there after its end`);
      warnAtMs += WARN_MS;
    }
    await delay(clock, waitMs);
    if (isKilled()) kill(group, name, log);
  }
}

/** SIGKILL to a group that `untilGone` waits for: a failure is told here and tried again there. */
export function kill(group: ProcessGroup, name: string, log: Log): void {
  try {
    group.killGroup();
  } catch (error) {
    log.error({ group: name, err: error }, `${name} cannot be killed yet`);
  }
}

/** `undefined` where it cannot be seen, for want of a file descriptor say: that proves nothing. */
function look(group: ProcessGroup, name: string, log: Log): readonly number[] | undefined {
  try {
    return group.members();
  } catch (error) {
    log.error({ group: name, err: error }, `it cannot be seen yet whether ${name} is gone`);
    return undefined;
  }
}
