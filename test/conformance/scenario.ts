import type { Stage } from './stage.ts';

/** What a supervisor must have for a scenario to mean anything. */
export type Need =
  | 'gateway' // requests go through it, by the engine's name as `model`
  | 'reload' // it reads its configuration again without a restart of its own
  | 'restart' // an operator can restart one engine
  | 'stop' // an operator can stop one engine and keep it stopped
  | 'unix_socket' // its engines can listen on one
  | 'pools'; // two engines can serve one model

/** What a scenario found out besides that it passed. */
export interface Finding {
  /** From the fault until the engine answers a completion again; its own start takes `ENGINE_START_S` of it. */
  readonly seconds?: number;
  readonly note?: string;
}

/** One thing that happens to engines, and what a good supervisor makes of it. */
export interface Scenario {
  readonly name: string;
  /** What happens, in one sentence. */
  readonly does: string;
  /** What the supervisor must do to pass. */
  readonly requires: string;
  /** The report, manual or measurement that taught it. */
  readonly taughtBy: string;
  readonly needs: readonly Need[];
  /** `heavy` ones are left out of the short run. */
  readonly weight: 'light' | 'heavy';
  /** Throws an `Unmet` where the requirement is not met. */
  run(stage: Stage): Promise<Finding>;
}

/** A requirement that the supervisor did not meet; the message is what the table's notes say. */
export class Unmet extends Error {
  override readonly name = 'Unmet';
}

/** The verdict on one scenario and one target. */
export type Verdict =
  | { readonly is: 'pass'; readonly seconds?: number; readonly note?: string }
  | { readonly is: 'fail'; readonly because: string }
  | { readonly is: 'not_applicable'; readonly because: string }
  /** The scenario itself could not be played: says nothing of the target. */
  | { readonly is: 'broken'; readonly because: string };

/** Throws unless `met`. */
export function must(met: boolean, because: string): asserts met {
  if (!met) throw new Unmet(because);
}

/** Waits until `condition` holds; the requirement is unmet when the time is over. Returns how long it took. */
export async function mustSoon(
  because: string,
  limitMs: number,
  condition: () => boolean | Promise<boolean>,
): Promise<number> {
  const startedMs = performance.now();
  while (!(await condition())) {
    if (performance.now() - startedMs > limitMs) throw new Unmet(`${because} (waited ${limitMs / 1000} s)`);
    await Bun.sleep(20);
  }
  return performance.now() - startedMs;
}

/** Asks again and again for a while; the requirement is unmet as soon as `condition` does not hold. */
export async function mustStay(because: string, forMs: number, condition: () => boolean | Promise<boolean>) {
  const endMs = performance.now() + forMs;
  while (performance.now() < endMs) {
    if (!(await condition())) throw new Unmet(because);
    await Bun.sleep(50);
  }
}
