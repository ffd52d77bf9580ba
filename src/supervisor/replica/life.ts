import type { Endpoint, Launch, ReplicaPlan, StartProgress } from '../../engine/index.ts';
import type { Passive } from '../../health/index.ts';
import { delay } from '../../telemetry/index.ts';
import { createAttempt } from '../attempt.ts';
import type { SupervisorEffects } from '../effects.ts';
import { kill, untilGone } from '../group/gone.ts';
import type { ProcessGroup } from '../group/process-group.ts';
import { keepTraces, type Remains } from './remains.ts';
import { watchLife, type WatchedLife } from './watched-life.ts';

/** Output is read to its end before an exit is explained, but a process that left the session may hold it open. */
const OUTPUT_END_MS = 250;

/** What one life tells its owner. */
export type LifeReport =
  | WatchedLife
  | { readonly on: 'progress'; readonly progress: StartProgress }
  | { readonly on: 'exited' }
  | ({ readonly on: 'gone' } & Remains);

/** An engine from its spawn until no process of it is left. */
export interface Life {
  /** The leader's; none where somebody else runs the engine. */
  readonly pid: number | undefined;
  terminateLeader(): void;
  killGroup(): void;
  /** What a real request met on it. */
  heard(passive: Passive): void;
  /** The pids ever seen in its group. */
  everMembers(): readonly number[];
  /** No process of it is left. */
  forget(): void;
}

/** Spawns a replica's engine and reports on it until it is gone. Throws if it cannot be spawned; after that, never. */
export function beginLife(
  plan: ReplicaPlan,
  launch: Launch,
  effects: SupervisorEffects,
  onLine: (text: string) => void,
  report: (report: LifeReport) => void,
): Life {
  const { name } = plan.replica;
  const traces = keepTraces(name, effects);
  const group = spawn(plan, launch, effects, onProgress, (text) => {
    traces.line(text);
    onLine(text);
  });
  const watch = watchLife(plan, group, effects, report);
  const ending = createEnding(name, group, effects);

  function onProgress(progress: StartProgress): void {
    report({ on: 'progress', progress });
    if (progress.phase === 'listening') watch.listening();
  }

  void group.exited.then(async (exit) => {
    watch.stop();
    report({ on: 'exited' });
    await ending.isOver();
    report({ on: 'gone', ...traces.remains(group, exit) });
  });

  return {
    pid: group.pid,
    terminateLeader() {
      watch.stop();
      group.terminateLeader();
    },
    killGroup() {
      watch.stop();
      ending.kill();
    },
    heard: (passive) => watch.heard(passive),
    everMembers: () => group.everMembers(),
    forget() {
      group.forget();
      removeSocket(plan.endpoint, effects);
    },
  };
}

/** Its output tells how far its start is; a line that cannot be read tells nothing. */
function spawn(
  plan: ReplicaPlan,
  { argv, env }: Launch,
  effects: SupervisorEffects,
  onProgress: (progress: StartProgress) => void,
  onLine: (text: string) => void,
): ProcessGroup {
  const { name } = plan.replica;
  const furtherBy = effects.followStart();
  const attempt = createAttempt(effects.log, name, `a line of ${name} cannot be read`);
  removeSocket(plan.endpoint, effects);
  return effects.processes.spawn({ name, argv, env }, (text) => {
    onLine(text);
    const progress = attempt(() => furtherBy(text), undefined);
    if (progress !== undefined) onProgress(progress);
  });
}

/** How a group comes to its end. */
interface Ending {
  kill(): void;
  /** No process of it is left, and its output has been read. */
  isOver(): Promise<void>;
}

function createEnding(name: string, group: ProcessGroup, effects: SupervisorEffects): Ending {
  let isKilled = false;
  let gone: Promise<void> | undefined;
  const seeItGone = () => (gone ??= untilGone(group, name, effects, () => isKilled));
  return {
    kill() {
      isKilled = true;
      kill(group, name, effects.log);
      void seeItGone(); // a kill that failed, for want of a file descriptor say, is tried again there
    },
    async isOver() {
      await seeItGone();
      await Promise.race([group.outputEnded, delay(effects.clock, OUTPUT_END_MS)]);
    },
  };
}

function removeSocket(endpoint: Endpoint, { processes }: SupervisorEffects): void {
  if (endpoint.kind === 'unix') processes.removeSocket(endpoint.path);
}
