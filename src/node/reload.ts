import {
  describePlan,
  describeStep,
  formatProblem,
  planChange,
  replicaDefinitions,
  type Config,
  type LoadResult,
  type Plan,
  type PlanStep,
  type ReplicaDefinition,
} from '../config/index.ts';
import type { ReloadPreview } from '../control/index.ts';
import type { ReplicaPlan } from '../engine/index.ts';
import type { OperationResult, Progress, Supervisor } from '../supervisor/index.ts';
import type { ReloadEnding } from './reload-outcome.ts';

/** What a reload asks of the other rooms. */
export interface ReloadEffects {
  load(): Promise<LoadResult>;
  readonly supervisor: Pick<Supervisor, 'add' | 'replace' | 'remove'>;
  /** The plan a definition gets on this node. */
  plan(definition: ReplicaDefinition): ReplicaPlan;
  /** Called when a reload begins; what it returns is called when it has ended. */
  begin(): () => void;
  /** Called before the first step, whatever becomes of the others. */
  takenInPlace(config: Config): void;
  /** Called when every step is done. */
  adopted(config: Config): void;
  ended(ending: ReloadEnding): void;
}

/** Reads the config again and moves what runs to it. */
export interface Reloader {
  preview(): Promise<ReloadPreview>;
  /** One at a time: a second waits for the first and is planned against what that one left. Never rejects. */
  reload(progress: Progress): Promise<OperationResult>;
  /** The config of the last reload that succeeded, at first the one the service started with. */
  current(): Config;
  /** Why the last reload failed, until one succeeds. */
  lastError(): string | undefined;
}

type Prepared =
  | { readonly ok: true; readonly config: Config; readonly plan: Plan }
  | { readonly ok: false; readonly message: string };

/** Owns what the replicas were last told to be; starts from `config`. */
export function createReloader(config: Config, effects: ReloadEffects): Reloader {
  const running = new Map(replicaDefinitions(config));
  let current = config;
  let ending: ReloadEnding = { result: 'success' };
  let last: Promise<unknown> = Promise.resolve();

  async function prepare(): Promise<Prepared> {
    const loaded = await effects.load();
    if (!loaded.ok) return { ok: false, message: loaded.problems.map(formatProblem).join('\n') };
    const plan = planChange(current, running, loaded.config);
    if (plan.needsRestart.length > 0)
      return { ok: false, message: describePlan({ ...plan, inPlace: [], steps: [] }).join() };
    return { ok: true, config: loaded.config, plan };
  }

  async function run(progress: Progress): Promise<ReloadEnding> {
    const prepared = await prepare();
    if (!prepared.ok) return { result: 'refused', message: prepared.message };
    const { steps } = prepared.plan;
    effects.takenInPlace(prepared.config); // not only what differs from the last good file: one that failed halfway was taken too
    progress(steps.length === 0 ? 'no replica changes' : `${steps.length} to change, one at a time`);
    for (const step of steps) {
      progress(describeStep(step));
      const result = await take(step, { running, effects, progress });
      if (!result.ok) return { result: 'failed', message: result.message };
    }
    current = prepared.config;
    effects.adopted(current);
    return { result: 'success' };
  }

  async function reload(progress: Progress): Promise<OperationResult> {
    const end = effects.begin();
    ending = await run(progress).catch((cause: unknown): ReloadEnding => ({
      result: 'failed',
      message: String(cause),
    }));
    effects.ended(ending);
    end();
    return ending.result === 'success' ? { ok: true } : { ok: false, message: ending.message };
  }

  return {
    async preview() {
      const prepared = await prepare();
      return prepared.ok ? { ok: true, steps: describePlan(prepared.plan) } : prepared;
    },
    reload(progress) {
      const next = last.then(() => reload(progress));
      last = next;
      return next;
    },
    current: () => current,
    lastError: () => (ending.result === 'success' ? undefined : ending.message),
  };
}

/** What a step works with: what the replicas were last told, and who tells them. */
interface Workplace {
  readonly running: Map<string, ReplicaDefinition>;
  readonly effects: ReloadEffects;
  readonly progress: Progress;
}

/** Takes one step. It is noted before it is tried: after a failure a replica is what it was told to be, not what it was. */
function take(step: PlanStep, { running, effects, progress }: Workplace): Promise<OperationResult> {
  if (step.kind === 'remove') {
    running.delete(step.replica);
    return effects.supervisor.remove(step.replica, progress);
  }
  running.set(step.definition.replica.name, step.definition);
  return effects.supervisor[step.kind](effects.plan(step.definition), progress);
}
