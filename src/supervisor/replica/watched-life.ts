import type { ReplicaPlan } from '../../engine/index.ts';
import type { Passive, WatchReport } from '../../health/index.ts';
import { createAttempt } from '../attempt.ts';
import type { SupervisorEffects } from '../effects.ts';
import type { ProcessGroup, VitalProcess } from '../group/process-group.ts';
import { ownFault } from './mishap.ts';
import type { Why } from './stage.ts';

/** What watching a life tells. */
export type WatchedLife =
  | WatchReport
  | { readonly on: 'core_lost'; readonly process: VitalProcess }
  | { readonly on: 'broken'; readonly why: Why }; // nobody watches it

/** Watches one life until `stop`, the second of which changes nothing. Nothing of it throws. */
export interface LifeWatch {
  stop(): void;
  /** Its output says that it is about to listen. */
  listening(): void;
  heard(passive: Passive): void;
}

/**
 * Health from outside and, from its first answer on, the processes it cannot live without: before that its leader
 * knows and tells better why one of them ended.
 */
export function watchLife(
  plan: ReplicaPlan,
  group: ProcessGroup,
  effects: SupervisorEffects,
  report: (report: WatchedLife) => void,
): LifeWatch {
  const { name } = plan.replica;
  const attempt = createAttempt(effects.log, name, `${name} cannot be watched in full`);
  let ignoreDeaths: (() => void) | undefined;

  function watchVital(): void {
    ignoreDeaths ??= group.onVitalDeath(
      (comm) => attempt(() => effects.isVital(comm), false),
      (process) => report({ on: 'core_lost', process }),
    );
  }

  const health = watchHealth(plan, effects, (it) => {
    if (it.on === 'answering') attempt(watchVital, undefined);
    report(it);
  });
  return {
    stop() {
      attempt(() => health?.stop(), undefined);
      attempt(() => ignoreDeaths?.(), undefined);
    },
    listening: () => attempt(() => health?.listening(), undefined),
    heard: (passive) => attempt(() => health?.heard(passive), undefined),
  };
}

/** An engine that nobody watches cannot become ready: it is `broken`. */
function watchHealth(
  plan: ReplicaPlan,
  effects: SupervisorEffects,
  report: (report: Exclude<WatchedLife, { on: 'core_lost' }>) => void,
): ReturnType<SupervisorEffects['watch']> | undefined {
  const { name } = plan.replica;
  try {
    return effects.watch(plan, report);
  } catch (error) {
    effects.log.error({ replica: name, err: error }, `${name} cannot be watched`);
    const { cause, advice } = ownFault(name, 'the watch', error, effects.unixMs());
    report({ on: 'broken', why: { cause, advice } });
    return undefined;
  }
}
