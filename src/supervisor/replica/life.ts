import type { Endpoint, Launch, ReplicaPlan, StartPhase } from '../../engine/index.ts';
import type { WatchReport } from '../../health/index.ts';
import { delay } from '../../telemetry/index.ts';
import type { SupervisorEffects } from '../effects.ts';
import { kill, untilGone } from '../group/gone.ts';
import type { Exit } from '../group/process-group.ts';
import { createRing } from '../output/ring.ts';

/** Lines of its own output that explain an engine's end. */
const LOG_TAIL_LINES_MAX = 200;

/** Output is read to its end before an exit is explained, but a process that left the session may hold it open. */
const OUTPUT_END_MS = 250;

/** What one life tells its owner. */
export type LifeReport =
  | WatchReport
  | { readonly on: 'phase'; readonly phase: StartPhase }
  | { readonly on: 'exited' }
  | { readonly on: 'gone'; readonly exit: Exit; readonly logTail: readonly string[] };

/** An engine from its spawn until no process of it is left. */
export interface Life {
  readonly pid: number;
  terminateLeader(): void;
  killGroup(): void;
  forget(): void;
}

/** Spawns a replica's engine and reports on it until it is gone. Throws if it cannot be spawned. */
export function beginLife(
  plan: ReplicaPlan,
  { argv, env }: Launch,
  effects: SupervisorEffects,
  onLine: (text: string) => void,
  report: (report: LifeReport) => void,
): Life {
  const tail = createRing<string>(LOG_TAIL_LINES_MAX);
  removeSocket(plan.endpoint, effects);

  const group = effects.processes.spawn({ name: plan.replica.name, argv, env }, (text) => {
    tail.push(text);
    onLine(text);
    const phase = effects.startPhase(text);
    if (phase !== undefined) report({ on: 'phase', phase });
  });
  const { name } = plan.replica;
  const watch = effects.watch(plan, report);
  let isKilled = false;
  let gone: Promise<void> | undefined;
  const seeItGone = () => (gone ??= untilGone(group, name, effects, () => isKilled));

  void group.exited.then(async (exit) => {
    watch.stop();
    report({ on: 'exited' });
    await seeItGone();
    await Promise.race([group.outputEnded, delay(effects.clock, OUTPUT_END_MS)]);
    report({ on: 'gone', exit, logTail: tail.items() });
  });

  return {
    pid: group.pid,
    terminateLeader() {
      watch.stop();
      group.terminateLeader();
    },
    killGroup() {
      isKilled = true;
      watch.stop();
      kill(group, name, effects.log);
      void seeItGone(); // a kill that failed, for want of a file descriptor say, is tried again there
    },
    forget() {
      group.forget();
      removeSocket(plan.endpoint, effects);
    },
  };
}

function removeSocket(endpoint: Endpoint, { processes }: SupervisorEffects): void {
  if (endpoint.kind === 'unix') processes.removeSocket(endpoint.path);
}
