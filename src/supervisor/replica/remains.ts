import { createAttempt } from '../attempt.ts';
import type { SupervisorEffects } from '../effects.ts';
import type { Exit, ProcessGroup } from '../group/process-group.ts';
import { createRing } from '../output/ring.ts';

/** Lines of its own output that explain an engine's end. */
const LOG_TAIL_LINES_MAX = 200;

/** What an ended life leaves to explain it by. */
export interface Remains {
  readonly exit: Exit;
  /** Its last lines of output, oldest first. */
  readonly logTail: readonly string[];
  /** Every process it was seen to have. */
  readonly pids: readonly number[];
  /** Processes the kernel killed for memory since it began. */
  readonly oomKills: number;
  /** What the kernel said since it began. */
  readonly kernelLines: readonly string[];
}

/** What is kept of a life while it lasts. */
export interface Traces {
  line(text: string): void;
  /** Once no process of it is left. */
  remains(group: ProcessGroup, exit: Exit): Remains;
}

/** Begins with the life. An ending that cannot be seen in full is an ending all the same. */
export function keepTraces(name: string, { kernelLog, log }: SupervisorEffects): Traces {
  const tail = createRing<string>(LOG_TAIL_LINES_MAX);
  const look = createAttempt(log, name, `what ${name} ended of cannot be seen in full`);
  const kernel = look(() => kernelLog.since(), undefined);

  return {
    line: (text) => tail.push(text),
    remains: (group, exit) => ({
      exit,
      logTail: tail.items(),
      pids: look(() => group.everMembers(), [group.pid]),
      oomKills: look(() => group.oomKills(), 0),
      kernelLines: look(() => kernel?.lines() ?? [], []),
    }),
  };
}
