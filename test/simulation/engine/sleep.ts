import type { Engine } from './engine.ts';

/** Runs `act` now, or when its API server goes on. */
export function whenAwake(engine: Engine, act: () => void): void {
  if (engine.isFrozen) engine.held.push(() => whenAwake(engine, act));
  else act();
}

/** Runs `act` now, or when its core and its API server go on. */
export function whenWorking(engine: Engine, act: () => void): void {
  if (engine.isFrozen || engine.isHung) engine.held.push(() => whenWorking(engine, act));
  else act();
}

/** What was held goes on, as far as nothing else holds it. */
export function thaw(engine: Engine): void {
  for (const act of engine.held.splice(0)) act();
}
