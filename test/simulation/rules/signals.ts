import type { Engine } from '../engine/engine.ts';
import type { Trace } from '../trace.ts';

/** SIGTERMs that an engine may get: vLLM swallows one while its core starts. */
const TERMS_MAX = { starting: 2, serving: 1 };

/** Invariant 5, as far as a group's door lets it be broken: how often, and to whom. */
export function checkTerm({ order, terms, isReady }: Engine, trace: Trace): void {
  const most = isReady ? TERMS_MAX.serving : TERMS_MAX.starting;
  if (terms > most) trace.broken(5, `${order.name} gets SIGTERM ${terms} times`);
}

/** A well engine is killed only by who is in a hurry. */
export function checkKill(engine: Engine, isInHurry: boolean, trace: Trace): void {
  const { order, terms, kills, isLeaderGone, isCoreGone, isIll } = engine;
  if (terms > 0 || kills > 0 || isLeaderGone || isCoreGone || isIll || isInHurry) return;
  trace.broken(5, `${order.name} (${engine.leader}) is killed although it is well`);
}
