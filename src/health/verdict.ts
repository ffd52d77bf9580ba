import type { HealthConfig } from '../config/index.ts';

/** How `/health` was answered last. */
export type HealthAnswer =
  | 'ok'
  | 'unavailable' // 503 or another status: vLLM says itself that its core is dead
  | 'refused' // nobody listens
  | 'reset' // the connection broke
  | 'timed_out'; // no answer in time

/** What the probes of one replica say at one moment. Durations in ms, 0 where there is nothing to count. */
export interface Evidence {
  readonly health: HealthAnswer;
  /** Probes in a row with this answer. */
  readonly repeats: number;
  /** Since the first probe in a row that was not `ok`. */
  readonly failingForMs: number;
  /** Since anything was answered last, be it `/health` or `/metrics`. */
  readonly silentForMs: number;
  readonly inFlight: number;
  /**
   * How long answered scrapes have shown the same count of engine steps while requests were in flight. A scrape
   * that is not answered adds nothing: under load `/metrics` can take seconds although tokens flow.
   */
  readonly stuckForMs: number;
}

/** What to think of a replica. `stalled` and `dead` are grounds to end it. */
export type Verdict =
  | { readonly is: 'ok' }
  | { readonly is: 'busy' } // answers late, but work is on its way
  | { readonly is: 'stalled'; readonly forMs: number } // tokens owed, none come
  | { readonly is: 'dead'; readonly because: Exclude<HealthAnswer, 'ok'> };

/** 503s in a row that are believed. vLLM sets the flag behind them once and never takes it back. */
const UNAVAILABLE_ENOUGH = 2;

/**
 * Judges a replica. Progress outranks `/health`, which in vLLM is a flag that a frozen engine keeps at 200
 * (vllm#36451) and that a busy healthy one answers late (gonka-ai/gonka#1421).
 */
export function judge(evidence: Evidence, limits: HealthConfig): Verdict {
  const { health, repeats, failingForMs, silentForMs, inFlight, stuckForMs } = evidence;
  if (inFlight > 0 && stuckForMs >= limits.stallAfterMs) return { is: 'stalled', forMs: stuckForMs };
  if (health === 'ok') return { is: 'ok' };
  if (health === 'unavailable' && repeats >= UNAVAILABLE_ENOUGH) return { is: 'dead', because: health };
  if (health === 'timed_out' && inFlight > 0 && silentForMs < limits.stallAfterMs) return { is: 'busy' };
  // One broken connection after an hour of late answers is not an hour of broken connections.
  const goneForMs = Math.min(failingForMs, silentForMs);
  return goneForMs >= limits.deadAfterMs ? { is: 'dead', because: health } : { is: 'ok' };
}
