import type { ExitCause, Launch, ReplicaPlan } from '../../engine/index.ts';
import type { Passive } from '../../health/index.ts';
import type { SupervisorEffects } from '../effects.ts';
import type { LastExit } from '../fleet.ts';
import type { KeptOutput } from '../output/kept.ts';
import { beginExternalLife } from './external.ts';
import { beginLife, type Life, type LifeReport } from './life.ts';
import { wordsOfFailure } from './failure-words.ts';
import { portTaken } from './port.ts';
import type { PostMortem } from './post-mortem.ts';
import type { LifeEvent, Stage } from './stage.ts';

/** The life a replica has just now, if any; turns its reports into events of the state machine. */
export interface Incarnation {
  pid(): number | undefined;
  /** Answers with `unlaunchable` or `hindered`, or with the events of a life. */
  spawn(life: number, stage: () => Stage): void;
  terminateLeader(): void;
  killGroup(): void;
  heard(passive: Passive): void;
  /** The pids that were ever seen in it. */
  everMembers(): readonly number[];
  forget(): void;
}

export interface IncarnationRooms {
  readonly output: KeptOutput;
  readonly postMortem: PostMortem;
  readonly send: (this: void, event: LifeEvent) => void;
}

export function createIncarnation(
  plan: ReplicaPlan,
  effects: SupervisorEffects,
  { output, postMortem, send }: IncarnationRooms,
): Incarnation {
  const { name } = plan.replica;
  const { clock, unixMs } = effects;
  let current: Life | undefined;

  function onLine(text: string): void {
    output.append({ replica: name, atUnixMs: unixMs(), from: 'engine', text });
  }

  function onReport(report: LifeReport, life: number, stage: () => Stage): void {
    if (report.on !== 'gone') return send({ ...report, life });
    void postMortem.explain(report, stage()).then((found) => send({ on: 'gone', life, atMs: clock.nowMs(), ...found }));
  }

  /** Throws if it cannot be spawned. */
  function begin(life: number, stage: () => Stage, launch: Launch | undefined): void {
    const report = (it: LifeReport): void => onReport(it, life, stage);
    if (launch === undefined) {
      current = beginExternalLife(plan, effects, report);
      return;
    }
    const taken = portTaken(plan, effects);
    if (taken !== undefined) return send({ on: 'hindered', life, exit: taken });
    current = beginLife(plan, launch, effects, onLine, report);
  }

  return {
    pid: () => current?.pid,
    spawn(life, stage) {
      let launch: Launch | undefined;
      try {
        launch = effects.launch(plan);
      } catch (error) {
        return send({ on: 'unlaunchable', life, exit: noProcess(name, 'unlaunchable', error, effects) });
      }
      try {
        begin(life, stage, launch);
      } catch (error) {
        send({ on: 'hindered', life, exit: noProcess(name, 'spawn_failed', error, effects) });
      }
    },
    terminateLeader: () => current?.terminateLeader(),
    killGroup: () => current?.killGroup(),
    heard: (passive) => current?.heard(passive),
    everMembers: () => current?.everMembers() ?? [],
    forget() {
      const ended = current;
      current = undefined;
      ended?.forget();
    },
  };
}

/** A start that came to no process: what was thrown says what to do about it. */
function noProcess(name: string, cause: ExitCause, error: unknown, { log, unixMs }: SupervisorEffects): LastExit {
  const advice = wordsOfFailure(error);
  log.error({ replica: name, err: error }, `${name} cannot start: ${advice}`);
  return { cause, code: null, signal: null, advice, atUnixMs: unixMs() };
}
