import type { ReplicaPlan, StartPhase } from '../../engine/index.ts';
import type { SupervisorEffects } from '../effects.ts';
import { REPLICA_STATES, type LastExit } from '../fleet.ts';
import type { KeptOutput } from '../output/kept.ts';
import { createRing } from '../output/ring.ts';
import type { Transition } from '../supervisor.ts';
import type { Replica } from './stage.ts';

/** Transitions kept per replica. */
const HISTORY_MAX = 100;

/** What a replica leaves behind of its life: log lines, metrics, events between its output, the last transitions. */
export interface Journal {
  transition(before: Replica, after: Replica, because: string): void;
  ending(exit: LastExit, use: 'asked' | 'unasked'): void;
  sinceUnixMs(): number;
  history(): readonly Transition[];
  /** The replica was removed: takes its series back. */
  close(): void;
}

export function createJournal(plan: ReplicaPlan, effects: SupervisorEffects, output: KeptOutput): Journal {
  const { clock, dispatch, log, metrics, unixMs } = effects;
  const { name } = plan.replica;
  const history = createRing<Transition>(HISTORY_MAX);
  let sinceUnixMs = unixMs();
  let stepSinceMs = clock.nowMs();

  function say(text: string): void {
    output.append({ replica: name, atUnixMs: unixMs(), from: 'supervisor', text });
  }

  /** What cannot be told must not keep a replica from what it does next. */
  function tell(telling: () => void): void {
    try {
      telling();
    } catch (error) {
      log.error({ replica: name, err: error }, `what happens to ${name} cannot be told in full`);
    }
  }

  function transition(before: Replica, after: Replica, because: string): void {
    const started = startStep(before);
    const nowMs = clock.nowMs();
    if (started !== undefined) metrics.replicaStartSeconds.observe({ phase: started }, (nowMs - stepSinceMs) / 1000);
    stepSinceMs = nowMs;

    const from = before.stage.in;
    const to = after.stage.in;
    if (from === to) return;
    sinceUnixMs = unixMs();
    history.push({ atUnixMs: sinceUnixMs, from, to, because });
    log.info(
      { replica: name, from, to, because, life: after.life, inFlight: dispatch.inFlight(name) },
      `${name} is ${to}`,
    );
    metrics.replicaState.set({ replica: name, state: from }, 0);
    metrics.replicaState.set({ replica: name, state: to }, 1);
    say(`${to} (was ${from}: ${because})`);
  }

  function ending(exit: LastExit, use: 'asked' | 'unasked'): void {
    const { cause, code, signal, advice } = exit;
    const how = describe(exit);
    say(how);
    if (use === 'asked') return log.info({ replica: name, cause, code, signal }, how);
    log.warn({ replica: name, cause, code, signal, advice }, how);
    metrics.replicaRestarts.inc({ replica: name, cause });
  }

  return {
    transition: (before, after, because) => tell(() => transition(before, after, because)),
    ending: (exit, use) => tell(() => ending(exit, use)),
    sinceUnixMs: () => sinceUnixMs,
    history: () => history.items(),
    close() {
      for (const state of REPLICA_STATES) metrics.replicaState.remove({ replica: name, state });
    },
  };
}

function describe({ cause, code, signal, advice }: LastExit): string {
  return `engine ended: ${cause}, ${signal ?? `exit code ${code}`}; ${advice}`;
}

/** The step of a start that a replica is in, as the metric's label says it. */
function startStep({ stage }: Replica): StartPhase | 'warming' | undefined {
  if (stage.in === 'starting') return stage.phase;
  return stage.in === 'warming' ? 'warming' : undefined;
}
