import type { Launch, ReplicaPlan } from '../../engine/index.ts';
import type { SupervisorEffects } from '../effects.ts';
import type { LastExit } from '../fleet.ts';
import type { KeptOutput } from '../output/kept.ts';
import { beginLife, type Life, type LifeReport } from './life.ts';
import type { Finding, LifeEvent, Stage } from './stage.ts';

/** The life a replica has just now, if any; turns its reports into events of the state machine. */
export interface Incarnation {
  pid(): number | undefined;
  /** Answers with `unlaunchable`, or with `unspawned`, or with the events of a life. */
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

  function onLine(text: string): void {
    output.append({ replica: name, atUnixMs: effects.unixMs(), from: 'engine', text });
  }

  function begin(life: number, launch: Launch, stage: () => Stage): void {
    const onReport = (report: LifeReport): void =>
      send(report.on === 'gone' ? { on: 'gone', life, ...explain(report, stage(), effects) } : { ...report, life });
    try {
      current = beginLife(plan, launch, effects, onLine, onReport);
    } catch (error) {
      send({ on: 'unspawned', life, exit: failure(name, 'spawn_failed', error, effects) });
    }
  }

  return {
    pid: () => current?.pid,
    spawn(life, stage) {
      let launch: Launch;
      try {
        launch = effects.launch(plan);
      } catch (error) {
        send({ on: 'unlaunchable', life, exit: failure(name, 'unlaunchable', error, effects) });
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

/** A start that came to no process: what was thrown says what to do about it. */
function failure(name: string, cause: string, error: unknown, effects: SupervisorEffects): LastExit {
  const advice = error instanceof Error ? error.message : String(error);
  effects.log.error({ replica: name, err: error }, `${name} cannot start: ${advice}`);
  return { cause, code: null, signal: null, advice, atUnixMs: effects.unixMs() };
}

/** Exit code, signal and last lines as a cause and an advice. */
function explain(
  { exit, logTail }: Extract<LifeReport, { readonly on: 'gone' }>,
  stage: Stage,
  effects: SupervisorEffects,
): Finding {
  const endedIn = stage.in === 'cleaning' ? stage.from : stage.in;
  const whileIn = endedIn === 'ready' || endedIn === 'draining' ? 'serving' : 'starting';
  const { cause, advice, from, retry } = effects.classifyExit({ ...exit, logTail, whileIn });
  return { exit: { cause, advice, ...exit, atUnixMs: effects.unixMs() }, from, retry };
}
