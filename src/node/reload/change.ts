import {
  describeBound,
  planChange,
  replicaDefinitions,
  type Config,
  type Layered,
  type Plan,
  type ReplicaDefinition,
} from '../../config/index.ts';
import type { ReplicaPlan } from '../../engine/index.ts';
import type { RolloutEffects, RolloutEnding, RolloutRecord, Supervisor } from '../../supervisor/index.ts';
import type { Journal, Change } from '../kept/journal.ts';
import type { ReloadEnding } from './ending.ts';
import type { PoolNames } from './pool-names.ts';
import { movesOf, policiesOf } from './moves.ts';

/** What a change of config asks of the other rooms. */
export interface ChangeEffects extends Pick<RolloutEffects, 'evaluate' | 'judge'> {
  readonly supervisor: Pick<Supervisor, 'roll'>;
  readonly journal: Journal;
  /** What keeps the replicas of a config from fitting on their cards; empty where nothing does. */
  checkCards(this: void, config: Config): Promise<readonly string[]>;
  /** The plan a definition gets on this node. */
  planOf(this: void, definition: ReplicaDefinition): ReplicaPlan;
  /** Takes all that needs no engine to move: from this config, whatever was taken before. */
  takeInPlace(this: void, config: Config): void;
  readonly names: PoolNames;
  /** Resolves once requests may enter the lines of these pools, or that takes too long. */
  openLines(pools: readonly string[]): Promise<void>;
  /** Resolves once nothing waits in the lines of these pools, or that takes too long. */
  emptyLines(pools: readonly string[]): Promise<void>;
}

/** What runs: the config, and what the replicas were last told, which is not the same while they move. */
export interface Running {
  readonly layered: Layered;
  readonly replicas: ReadonlyMap<string, ReplicaDefinition>;
}

/** A change that may begin, or why it may not. */
export type Prepared = { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly message: string };

/** Compares, and asks whether what comes fits on its cards. */
export async function prepareChange(
  running: Running,
  to: Config,
  effects: Pick<ChangeEffects, 'checkCards'>,
): Promise<Prepared> {
  const plan = planChange(running.layered.config, running.replicas, to);
  if (plan.needsRestart.length > 0) return { ok: false, message: describeBound(plan.needsRestart) };
  const isMoving = plan.steps.some((it) => it.kind !== 'remove');
  const problems = isMoving ? await newProblems(running.layered.config, to, effects) : [];
  return problems.length > 0 ? { ok: false, message: problems.join('\n') } : { ok: true, plan };
}

/** What does not fit by reckoning and runs all the same is no reason to refuse another change. */
async function newProblems(
  from: Config,
  to: Config,
  { checkCards }: Pick<ChangeEffects, 'checkCards'>,
): Promise<readonly string[]> {
  const found = await checkCards(to);
  if (found.length === 0) return found;
  const known = new Set(await checkCards(from));
  return found.filter((it) => !known.has(it));
}

/** A change on its way. */
export interface Task extends Change {
  readonly plan: Pick<Plan, 'steps' | 'addedPools' | 'removedPools'>;
  readonly progress: (line: string) => void;
  /** Where an earlier life of this node was in it. */
  readonly resumed: RolloutRecord | undefined;
}

/** What it came to. `running` is absent where the node stops before the end: its next life goes on. */
export interface Changed {
  readonly ending: ReloadEnding;
  readonly running: Running | undefined;
}

/** Takes what can be taken in place, then moves the replicas; takes all of it back where one does not make it. */
export async function performChange(task: Task, effects: ChangeEffects): Promise<Changed> {
  const { from, to, plan, progress, resumed } = task;
  tryInPlace(from, to, effects);
  await effects.openLines(plan.addedPools);
  if (plan.steps.length === 0) {
    progress('no replica changes');
    return adopt(task, effects);
  }
  effects.names.duringChange(from.config, to.config);
  await effects.emptyLines(plan.removedPools);
  const ending = await effects.supervisor.roll(
    {
      id: task.id,
      moves: movesOf(plan.steps, effects.planOf),
      policies: policiesOf(from.config, to.config),
      ...(resumed === undefined ? {} : { resumed }),
    },
    {
      evaluate: effects.evaluate,
      judge: effects.judge,
      record: recorderOf(task, effects),
      progress,
    },
  );
  return conclude(task, ending, effects);
}

/** Once it goes back nobody is to wait for the model that was to come: a request for it runs where there is one, or anywhere. */
function recorderOf({ from, to }: Task, { journal, names }: ChangeEffects): RolloutEffects['record'] {
  let isGoingBack = false;
  return (record) => {
    if (record.status === 'rolling_back' && !isGoingBack) names.duringChange(to.config, from.config);
    isGoingBack = record.status === 'rolling_back';
    return Promise.resolve(journal.recorded(record));
  };
}

/** All of it, or what there was. */
function tryInPlace(from: Layered, to: Layered, effects: ChangeEffects): void {
  try {
    effects.takeInPlace(to.config);
  } catch (cause) {
    effects.takeInPlace(from.config);
    throw cause;
  }
}

function conclude(task: Task, { result, cause, revertFailed }: RolloutEnding, effects: ChangeEffects): Changed {
  const message = cause ?? 'no cause was told';
  switch (result) {
    case 'done':
      return adopt(task, effects);
    case 'interrupted': {
      const later = `${message}; it goes on when the service runs again`;
      return { ending: { result: 'failed', message: later }, running: undefined };
    }
    case 'refused':
      effects.journal.overtaken();
      return settleBack(task, { result: 'refused', message }, effects);
    case 'rolled_back':
    case 'aborted': {
      const told = [message, ...stuck(revertFailed)].join('; ');
      effects.journal.takenBack(task, told);
      return settleBack(task, { result: 'rolled_back', message: told }, effects);
    }
  }
}

const stuck = (replicas: readonly string[]): readonly string[] =>
  replicas.length === 0 ? [] : [`${replicas.join(', ')} did not come back and is left to its restart policy`];

function adopt({ from, to, progress }: Task, { journal, names }: ChangeEffects): Changed {
  const former = names.after(from.config, to.config);
  if (!journal.succeeded(to, former)) progress(NOT_KEPT);
  names.adopt(to.config, former);
  return { ending: { result: 'success' }, running: runningWhole(to) };
}

const NOT_KEPT = 'all of it runs, but it could not be written to the state directory: a restart may not know of it';

/** All of the old config holds again: what was taken in place is part of what was tried. */
function settleBack({ from }: Task, ending: ReloadEnding, { takeInPlace, names }: ChangeEffects): Changed {
  takeInPlace(from.config);
  names.backTo(from.config);
  return { ending, running: runningWhole(from) };
}

/** A config that no replica is short of. */
export const runningWhole = (layered: Layered): Running => ({
  layered,
  replicas: replicaDefinitions(layered.config),
});
