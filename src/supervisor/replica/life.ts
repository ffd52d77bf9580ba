import type { Endpoint, Launch, ReplicaPlan, StartProgress } from '../../engine/index.ts';
import type { Passive, WatchReport } from '../../health/index.ts';
import { delay } from '../../telemetry/index.ts';
import type { SupervisorEffects } from '../effects.ts';
import { kill, untilGone } from '../group/gone.ts';
import type { ProcessGroup, VitalProcess } from '../group/process-group.ts';
import { keepTraces, type Remains } from './remains.ts';

/** Output is read to its end before an exit is explained, but a process that left the session may hold it open. */
const OUTPUT_END_MS = 250;

/** What one life tells its owner. */
export type LifeReport =
  | WatchReport
  | { readonly on: 'progress'; readonly progress: StartProgress }
  | { readonly on: 'core_lost'; readonly process: VitalProcess }
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
  /** No process of it is left. Answers with the pids ever seen in its group. */
  forget(): readonly number[];
}

/** Spawns a replica's engine and reports on it until it is gone. Throws if it cannot be spawned. */
export function beginLife(
  plan: ReplicaPlan,
  { argv, env }: Launch,
  effects: SupervisorEffects,
  onLine: (text: string) => void,
  report: (report: LifeReport) => void,
): Life {
  const { name } = plan.replica;
  const traces = keepTraces(name, effects);
  const furtherBy = effects.followStart();
  removeSocket(plan.endpoint, effects);

  const group = effects.processes.spawn({ name, argv, env }, (text) => {
    traces.line(text);
    onLine(text);
    const progress = furtherBy(text);
    if (progress !== undefined) report({ on: 'progress', progress });
  });
  const watch = watchLife(plan, group, effects, report);
  let isKilled = false;
  let gone: Promise<void> | undefined;
  const seeItGone = () => (gone ??= untilGone(group, name, effects, () => isKilled));

  void group.exited.then(async (exit) => {
    watch.stop();
    report({ on: 'exited' });
    await seeItGone();
    await Promise.race([group.outputEnded, delay(effects.clock, OUTPUT_END_MS)]);
    report({ on: 'gone', ...traces.remains(group, exit) });
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
    heard: (passive) => watch.heard(passive),
    forget() {
      group.forget();
      removeSocket(plan.endpoint, effects);
      return group.everMembers();
    },
  };
}

/**
 * Health from outside and, from its first answer on, the processes it cannot live without: before that its leader
 * knows and tells better why one of them ended.
 */
function watchLife(
  plan: ReplicaPlan,
  group: ProcessGroup,
  effects: SupervisorEffects,
  report: (report: LifeReport) => void,
): { stop(): void; heard(passive: Passive): void } {
  let ignoreDeaths: (() => void) | undefined;
  const health = effects.watch(plan, (it) => {
    if (it.on === 'answering') {
      ignoreDeaths ??= group.onVitalDeath(
        (comm) => effects.isVital(comm),
        (process) => report({ on: 'core_lost', process }),
      );
    }
    report(it);
  });
  return {
    stop() {
      health.stop();
      ignoreDeaths?.();
    },
    heard: (passive) => health.heard(passive),
  };
}

function removeSocket(endpoint: Endpoint, { processes }: SupervisorEffects): void {
  if (endpoint.kind === 'unix') processes.removeSocket(endpoint.path);
}
