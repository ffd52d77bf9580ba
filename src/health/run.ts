import type { HealthConfig } from '../config/index.ts';
import type { ReplicaPlan } from '../engine/index.ts';
import type { Clock } from '../telemetry/index.ts';
import { ask, type Post, type WatchEffects } from './probes.ts';
import { begin, step, type Watch, type WatchReport } from './state.ts';

/** Watches one life of an engine, from its spawn until `stop`; nothing is reported afterwards. */
export type StartWatch = (plan: ReplicaPlan, listener: (report: WatchReport) => void) => { stop(): void };

/** Makes watches that probe as `limits` say: one question at a time, each answer judged before the next. */
export function createWatch(effects: WatchEffects, limits: HealthConfig): StartWatch {
  return (plan, listener) => {
    const stopped = new AbortController();
    const client = effects.open(plan.endpoint);
    void keepWatch({ effects, limits, plan, client, stopped: stopped.signal }, listener);
    return {
      stop() {
        stopped.abort();
        client.close();
      },
    };
  };
}

async function keepWatch(post: Post, listener: (report: WatchReport) => void): Promise<void> {
  const { effects, limits, stopped } = post;
  let { watch, next } = begin;
  while (!stopped.aborted) {
    const answer = await ask(next, post);
    if (stopped.aborted) return;
    const after = step(watch, answer, limits);
    complain(watch, after.watch, post);
    ({ watch, next } = after);
    if (after.report !== undefined) listener(after.report);
    await pause(next.afterMs, effects.clock, stopped);
  }
}

/** Of the first token that did not come; the next tries would say the same. */
function complain(before: Watch, after: Watch, { effects, plan }: Post): void {
  if (before.in !== 'warming' || before.failed !== undefined) return;
  if (after.in !== 'warming' || after.failed === undefined) return;
  const fields = { replica: plan.replica.name, cause: after.failed };
  effects.log.warn(fields, 'the engine answers but gave no token yet; it is tried again');
}

/** Resolves after `ms`, or at once when `stopped` aborts. */
function pause(ms: number, clock: Clock, stopped: AbortSignal): Promise<void> {
  if (ms === 0 || stopped.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      stopped.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    stopped.addEventListener('abort', done);
  });
}
