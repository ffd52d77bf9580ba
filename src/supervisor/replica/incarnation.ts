import type { Launch, ReplicaPlan } from '../../engine/index.ts';
import type { SupervisorEffects } from '../effects.ts';
import type { LastExit } from '../fleet.ts';
import type { KeptOutput } from '../output/kept.ts';
import { beginLife, type Life, type LifeReport } from './life.ts';
import type { LifeEvent, Stage } from './stage.ts';

/** The life a replica has just now, if any; turns its reports into events of the state machine. */
export interface Incarnation {
  pid(): number | undefined;
  /** Answers with `unlaunchable`, or with `gone` where nothing could be spawned, or with the events of a life. */
  spawn(life: number, stage: () => Stage): void;
  terminateLeader(): void;
  killGroup(): void;
  forget(): void;
}

export function createIncarnation(
  plan: ReplicaPlan,
  effects: SupervisorEffects,
  output: KeptOutput,
  send: (event: LifeEvent) => void,
): Incarnation {
  const { name } = plan.replica;
  let current: Life | undefined;

  function failed(cause: string, error: unknown): LastExit {
    const advice = error instanceof Error ? error.message : String(error);
    effects.log.error({ replica: name, err: error }, `${name} cannot start: ${advice}`);
    return { cause, code: null, signal: null, advice, atUnixMs: effects.unixMs() };
  }

  function onLine(text: string): void {
    output.append({ replica: name, atUnixMs: effects.unixMs(), from: 'engine', text });
  }

  function begin(life: number, launch: Launch, stage: () => Stage): void {
    const onReport = (report: LifeReport): void =>
      send(report.on === 'gone' ? { on: 'gone', life, exit: explain(report, stage(), effects) } : { ...report, life });
    try {
      current = beginLife(plan, launch, effects, onLine, onReport);
    } catch (error) {
      send({ on: 'gone', life, exit: failed('spawn_failed', error) });
    }
  }

  return {
    pid: () => current?.pid,
    spawn(life, stage) {
      let launch: Launch;
      try {
        launch = effects.launch(plan);
      } catch (error) {
        send({ on: 'unlaunchable', life, exit: failed('unlaunchable', error) });
        return;
      }
      begin(life, launch, stage);
    },
    terminateLeader: () => current?.terminateLeader(),
    killGroup: () => current?.killGroup(),
    forget() {
      current?.forget();
      current = undefined;
    },
  };
}

/** Exit code, signal and last lines as a cause and an advice. */
function explain(
  { exit, logTail }: Extract<LifeReport, { readonly on: 'gone' }>,
  stage: Stage,
  effects: SupervisorEffects,
): LastExit {
  const from = stage.in === 'cleaning' ? stage.from : stage.in;
  const whileIn = from === 'ready' || from === 'draining' ? 'serving' : 'starting';
  const { cause, advice } = effects.classifyExit({ ...exit, logTail, whileIn });
  return { cause, advice, ...exit, atUnixMs: effects.unixMs() };
}
