import type { HealthConfig } from '../config/index.ts';
import type { ReplicaPlan } from '../engine/index.ts';
import { createBlindness } from './blindness.ts';
import { phaseMs } from './phase.ts';
import { ask, type Post, type WatchEffects } from './probes.ts';
import {
  begin,
  nearlyAnswering,
  nextQuestion,
  overhear,
  step,
  type Step,
  type Watch,
  type WatchReport,
} from './state.ts';
import { isFailure, type Passive } from './verdict.ts';

/** Watches one life of an engine, from its spawn until `stop`; nothing is reported afterwards. */
export type StartWatch = (plan: ReplicaPlan, listener: (report: WatchReport) => void) => EngineWatch;

/** A watch that is kept. */
export interface EngineWatch {
  /**
   * Its output says that it is about to listen: it is asked at once, and every `RECHECK_AFTER_MS` until it answers. For
   * how long is for whoever started it.
   */
  listening(): void;
  /** Takes in what a real request met there. */
  heard(passive: Passive): void;
  stop(): void;
}

/**
 * Makes watches that probe as `limits` say: one question at a time, each answer judged before the next. The limits are
 * read anew for each, so they may change meanwhile.
 */
export function createWatch(effects: WatchEffects, limits: HealthConfig): StartWatch {
  const tellBlind = createBlindness(effects);
  return (plan, listener) => {
    const stopped = new AbortController();
    const client = effects.open(plan.endpoint);
    const post: Post = { effects, limits, plan, client, stopped: stopped.signal };
    const kept = keepWatch(post, listener, tellBlind);
    return {
      listening: kept.listening,
      heard: kept.heard,
      stop() {
        stopped.abort();
        kept.cancel();
        client.close();
      },
    };
  };
}

function keepWatch(
  post: Post,
  listener: (report: WatchReport) => void,
  tellBlind: (replica: string, because: string) => void,
) {
  const { effects, limits, plan, stopped } = post;
  const { clock } = effects;
  let watch: Watch = begin;
  let isAsking = false;
  let cancel = (): void => undefined;

  async function put(): Promise<void> {
    isAsking = true;
    const answer = await ask(nextQuestion(watch, clock.nowMs(), limits).ask, post);
    isAsking = false;
    if (stopped.aborted) return;
    if (answer.to === 'blind') tellBlind(plan.replica.name, answer.because);
    take(step(watch, answer, limits));
  }

  function take({ watch: after, report }: Step): void {
    complain(watch, after, post);
    watch = after;
    if (report !== undefined) listener(report);
    wait(report?.on === 'warm' ? phaseMs(plan.replica.name, limits.intervalMs) : 0);
  }

  function wait(extraMs: number): void {
    cancel();
    if (stopped.aborted) return;
    const afterMs = nextQuestion(watch, clock.nowMs(), limits).afterMs + extraMs;
    if (afterMs === 0) void put();
    else cancel = clock.after(afterMs, () => void put());
  }

  function listening(): void {
    watch = nearlyAnswering(watch, clock.nowMs());
    if (watch.in === 'starting' && !isAsking) wait(0);
  }

  function heard(passive: Passive): void {
    watch = overhear(watch, passive, clock.nowMs());
    if (isFailure(passive) && !isAsking) wait(0);
  }

  wait(0);
  return { listening, heard, cancel: () => cancel() };
}

/** Of the first thing that kept it from being ready; the next tries mostly say the same. */
function complain(before: Watch, after: Watch, { effects, plan }: Post): void {
  if (before.in === 'proven' || after.in !== before.in || before.why !== undefined || after.why === undefined) return;
  const what = after.in === 'starting' ? 'the engine does not answer as it should yet' : 'the engine gave no token yet';
  effects.log.warn({ replica: plan.replica.name, cause: after.why }, `${what}; it is tried again`);
}
