import {
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
import type { FleetChange, OperationResult, Progress, Supervisor } from '../supervisor/index.ts';
import type { ReloadEnding } from './reload-outcome.ts';

/** What a reload asks of the other rooms. */
export interface ReloadEffects {
  load(): Promise<LoadResult>;
  readonly supervisor: Pick<Supervisor, 'apply'>;
  /** The plan a definition gets on this node. */
  plan(definition: ReplicaDefinition): ReplicaPlan;
  /** Called when a reload begins; what it returns is called when it has ended. */
  begin(): () => void;
  /** Called before the first engine starts under a new config. */
  adopt(config: Config): void;
  /** Called when every step is done. */
  adopted(config: Config): void;
  ended(ending: ReloadEnding): void;
}

/** Reads the config again and moves what runs to it. */
export interface Reloader {
  preview(): Promise<ReloadPreview>;
  /** One at a time: a second waits for the first and is planned against what that one left. */
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
    const bound = plan.find((it) => it.kind === 'needs_restart');
    return bound === undefined
      ? { ok: true, config: loaded.config, plan }
      : { ok: false, message: describeStep(bound) };
  }

  async function run(progress: Progress): Promise<ReloadEnding> {
    const prepared = await prepare();
    if (!prepared.ok) return { result: 'refused', message: prepared.message };
    progress(prepared.plan.length === 0 ? 'nothing has changed' : `${prepared.plan.length} steps`);
    effects.adopt(prepared.config);
    const wanted = replicaDefinitions(prepared.config);
    for (const step of prepared.plan) {
      progress(describeStep(step));
      const result = await effects.supervisor.apply(note(step, wanted), progress);
      if (!result.ok) return { result: 'failed', message: result.message };
    }
    current = prepared.config;
    effects.adopted(current);
    return { result: 'success' };
  }

  /** Notes a step before it is tried: after a failure a replica is what it was told to be, not what it was. */
  function note(step: PlanStep, wanted: ReadonlyMap<string, ReplicaDefinition>): FleetChange {
    if (step.kind === 'needs_restart') return { add: [], remove: [], replace: [] };
    const definition = wanted.get(step.replica);
    if (definition === undefined) running.delete(step.replica);
    else running.set(step.replica, definition);
    const plans = definition === undefined ? [] : [effects.plan(definition)];
    return {
      remove: step.kind === 'remove' ? [step.replica] : [],
      replace: step.kind === 'replace' ? plans : [],
      add: step.kind === 'add' ? plans : [],
    };
  }

  async function reload(progress: Progress): Promise<OperationResult> {
    const end = effects.begin();
    try {
      ending = await run(progress);
    } catch (cause) {
      ending = { result: 'failed', message: String(cause) };
    } finally {
      end();
    }
    effects.ended(ending);
    return ending.result === 'success' ? { ok: true } : { ok: false, message: ending.message };
  }

  return {
    async preview() {
      const prepared = await prepare();
      return prepared.ok ? { ok: true, steps: prepared.plan.map(describeStep) } : prepared;
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
