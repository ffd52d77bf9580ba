import { EXIT_RUNBOOKS, type ExitCause, type ReplicaPlan, type StartPhase } from '../../engine/index.ts';
import { createAttempt } from '../attempt.ts';
import type { SupervisorEffects } from '../effects.ts';
import { REPLICA_STATES, type LastExit, type ReplicaState } from '../fleet.ts';
import type { KeptOutput } from '../output/kept.ts';
import { createRing } from '../output/ring.ts';
import type { Transition } from '../supervisor.ts';
import type { Ending, Replica } from './stage.ts';

/** Transitions kept per replica. */
const HISTORY_MAX = 100;

/** What a replica leaves behind of its life: log lines, metrics, events between its output, the last transitions. */
export interface Journal {
  transition(before: Replica, after: Replica, because: string): void;
  ending(exit: LastExit, ending: Ending): void;
  sinceUnixMs(): number;
  history(): readonly Transition[];
  /** The replica was removed: takes its series back. */
  close(): void;
}

/** What it needs of the world. */
type JournalEffects = Pick<SupervisorEffects, 'clock' | 'dispatch' | 'log' | 'metrics' | 'unixMs'>;

export function createJournal(plan: ReplicaPlan, effects: JournalEffects, output: Pick<KeptOutput, 'append'>): Journal {
  const { dispatch, log, metrics, unixMs } = effects;
  const { name } = plan.replica;
  const history = createRing<Transition>(HISTORY_MAX);
  const measure = createStartMeasure(effects);
  let sinceUnixMs = unixMs();
  /** What cannot be told must not keep a replica from what it does next. */
  const attempt = createAttempt(log, name, `what happens to ${name} cannot be told in full`);
  const say = (text: string): void => output.append({ replica: name, atUnixMs: unixMs(), from: 'supervisor', text });

  function transition(before: Replica, after: Replica, because: string): void {
    measure(before, after);
    const from = before.stage.in;
    const to = after.stage.in;
    if (from === to) return;
    sinceUnixMs = unixMs();
    const phase = phaseOf(before);
    const cause = causeOf(before, after);
    history.push({ atUnixMs: sinceUnixMs, from, to, because, phase, cause });
    countTransition(name, from, to, metrics);
    say(`${to} (was ${from}: ${because})`);
    const inFlight = attempt(() => dispatch.inFlight(name), undefined);
    log.info({ replica: name, from, to, because, phase, cause, life: after.life, inFlight }, `${name} is ${to}`);
  }

  function tellEnding(exit: LastExit, ending: Ending): void {
    const { cause, code, signal, advice } = exit;
    const how = ending === 'hindered' ? `cannot start now: ${cause}; ${advice}` : describe(exit);
    say(how);
    if (ending === 'asked') return log.info({ replica: name, cause, code, signal }, how);
    log.warn({ replica: name, cause, code, signal, advice, runbook: EXIT_RUNBOOKS[cause] }, how);
    if (ending === 'unasked') metrics.replicaRestarts.inc({ replica: name, cause });
  }

  return {
    transition: (before, after, because) => attempt(() => transition(before, after, because), undefined),
    ending: (exit, ending) => attempt(() => tellEnding(exit, ending), undefined),
    sinceUnixMs: () => sinceUnixMs,
    history: () => history.items(),
    close() {
      for (const state of REPLICA_STATES) metrics.replicaState.remove({ replica: name, state });
    },
  };
}

function countTransition(
  replica: string,
  from: ReplicaState,
  to: ReplicaState,
  metrics: JournalEffects['metrics'],
): void {
  metrics.replicaState.set({ replica, state: from }, 0);
  metrics.replicaState.set({ replica, state: to }, 1);
  metrics.replicaTransitions.inc({ replica, state: to });
}

/** Measures how long each step of a start took, when it is over. */
function createStartMeasure({ clock, metrics }: JournalEffects): (before: Replica, after: Replica) => void {
  let sinceMs = clock.nowMs();
  return (before, after) => {
    const phase = startStep(before);
    if (phase === startStep(after)) return;
    const nowMs = clock.nowMs();
    if (phase !== undefined) metrics.replicaStartSeconds.observe({ phase }, (nowMs - sinceMs) / 1000);
    sinceMs = nowMs;
  };
}

function describe({ cause, code, signal, advice }: LastExit): string {
  const how = signal ?? (code === null ? undefined : `exit code ${code}`);
  return how === undefined ? `engine ended: ${cause}; ${advice}` : `engine ended: ${cause}, ${how}; ${advice}`;
}

function phaseOf({ stage }: Replica): StartPhase | undefined {
  return stage.in === 'starting' ? stage.progress.phase : undefined;
}

/** What is known of an ending: what was seen at its beginning, then what was found at its end. */
function causeOf(before: Replica, { stage, lastExit }: Replica): ExitCause | undefined {
  if (stage.in === 'cleaning' && stage.ending === 'unasked') return stage.why?.cause;
  return lastExit === before.lastExit ? undefined : lastExit?.cause;
}

/** The step of a start that a replica is in, as the metric's label says it. */
function startStep(replica: Replica): StartPhase | 'warming' | undefined {
  return replica.stage.in === 'warming' ? 'warming' : phaseOf(replica);
}
