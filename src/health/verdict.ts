import type { HealthConfig } from '../config/index.ts';

/** How a question can end without an answer. */
export type Unanswered =
  | 'refused' // nobody listens
  | 'reset' // the connection broke
  | 'timed_out'; // no answer in time

/** How `/health` was answered last. */
export type HealthAnswer =
  | 'ok'
  | 'unavailable' // 503 or another status: vLLM says itself that its core is dead
  | Unanswered;

/** What came of asking for one token, where none came. */
export type NoToken =
  | 'server_error' // a status of 5xx
  | 'nonsense' // another answer without a token
  | Unanswered;

/** What a real request met. */
export type Passive =
  | 'answered' // it ended well
  | 'flowing' // bytes of its answer came, and did not wait for their reader
  | 'declined' // a status of 4xx: the API answers, with a core or without
  | 'server_error' // a status of 5xx
  | 'reset' // its connection broke before its end
  | 'aborted'; // `finish_reason: "abort"` that nobody asked for

const FAILURES: ReadonlySet<Passive> = new Set(['server_error', 'reset', 'aborted']);

/** Whether it is a reason to look. */
export const isFailure = (passive: Passive): boolean => FAILURES.has(passive);

/** What is known of one replica at one moment. Durations in ms, 0 where there is nothing to count. */
export interface Evidence {
  readonly health: HealthAnswer;
  /** Looks in a row with this answer, and since the first of them was begun. */
  readonly repeats: number;
  readonly sameForMs: number;
  /** Looks in a row that were not `ok`, and since the first of them was begun. */
  readonly failedLooks: number;
  readonly failingForMs: number;
  /** Since anything was answered last: `/health`, `/metrics`, a token or a part of a real answer. */
  readonly silentForMs: number;
  readonly inFlight: number;
  /** Real requests failed in a row, `TROUBLE_ENOUGH` of them. */
  readonly isTroubled: boolean;
  /** Tokens asked for in vain since the engine was last seen to work, how often in a row this way, and since when. */
  readonly noToken: { readonly met: NoToken; readonly repeats: number; readonly forMs: number } | undefined;
  /**
   * How long answered scrapes have shown the same count of engine steps while tokens were owed. A scrape that is not
   * answered adds nothing: under load `/metrics` can take seconds although tokens flow.
   */
  readonly stillForMs: number;
  /** How long tokens have been owed without any sign that one came, whatever was asked. */
  readonly owedForMs: number;
}

/** What to think of a replica. The last three are grounds to end it. */
export type Verdict =
  | { readonly is: 'ok' }
  | { readonly is: 'busy' } // answers late, but work is on its way
  | { readonly is: 'stalled'; readonly forMs: number } // tokens owed, none come
  | { readonly is: 'dead'; readonly because: 'unavailable' | 'server_error' } // it answers that it cannot work
  | { readonly is: 'unreachable'; readonly because: Unanswered; readonly forMs: number }; // it answers nobody

/** Answers in a row that are believed where one is not. vLLM sets the flag behind a 503 once and never takes it back. */
export const ENOUGH = 2;

/** Real requests that failed in a row before the engine is doubted. Fewer may be one client that sends nonsense. */
export const TROUBLE_ENOUGH = 5;

/** An engine whose steps cannot be read is given this many times `stall_after_s`: a token may queue for long. */
export const BLIND_FACTOR = 2;

/**
 * Judges a replica; `undefined` where the evidence is not enough to think otherwise than before. Progress outranks
 * `/health`, which in vLLM is a flag that a frozen engine keeps at 200 (vllm#36451) and that a busy healthy one
 * answers late (gonka-ai/gonka#1421).
 */
export function judge(evidence: Evidence, limits: HealthConfig): Verdict | undefined {
  return dead(evidence, limits) ?? unreachable(evidence, limits) ?? stalled(evidence, limits) ?? well(evidence);
}

function dead({ health, repeats, isTroubled, noToken }: Evidence, limits: HealthConfig): Verdict | undefined {
  if (health === 'unavailable' && repeats >= ENOUGH) return { is: 'dead', because: 'unavailable' };
  if (noToken?.met !== 'server_error') return undefined;
  const isEnough = isTroubled ? noToken.repeats >= ENOUGH : noToken.forMs >= limits.deadAfterMs;
  return isEnough ? { is: 'dead', because: 'server_error' } : undefined;
}

/** An engine at work may be too busy to answer anything; for that it has as long as for its tokens. */
function unreachable(evidence: Evidence, limits: HealthConfig): Verdict | undefined {
  const { health, repeats, sameForMs, failedLooks, failingForMs, silentForMs, inFlight, isTroubled, noToken } =
    evidence;
  if (isTroubled && (noToken?.met === 'refused' || noToken?.met === 'reset') && noToken.repeats >= ENOUGH) {
    return { is: 'unreachable', because: noToken.met, forMs: silentForMs };
  }
  if (health === 'ok' || health === 'unavailable' || failedLooks < ENOUGH) return undefined;
  const isPlain = health !== 'timed_out' && repeats >= ENOUGH;
  const isBusy = inFlight > 0 && !(isPlain && sameForMs >= limits.deadAfterMs);
  const patienceMs = isBusy ? Math.max(limits.stallAfterMs, limits.deadAfterMs) : limits.deadAfterMs;
  if (Math.min(failingForMs, silentForMs) < patienceMs) return undefined;
  return { is: 'unreachable', because: health, forMs: silentForMs };
}

/** Requests may also be in flight because their clients read slowly: only an engine that gave no token is stalled. */
function stalled({ noToken, stillForMs, owedForMs }: Evidence, { stallAfterMs }: HealthConfig): Verdict | undefined {
  if (noToken === undefined) return undefined;
  if (stillForMs >= stallAfterMs) return { is: 'stalled', forMs: stillForMs };
  return owedForMs >= BLIND_FACTOR * stallAfterMs ? { is: 'stalled', forMs: owedForMs } : undefined;
}

function well({ health, repeats, inFlight, isTroubled, noToken }: Evidence): Verdict | undefined {
  if (repeats < ENOUGH) return undefined;
  if (health === 'timed_out') return inFlight > 0 ? { is: 'busy' } : undefined;
  return health === 'ok' && noToken === undefined && !isTroubled ? { is: 'ok' } : undefined;
}
