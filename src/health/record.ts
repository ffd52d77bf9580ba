import type { EngineMetrics } from '../engine/index.ts';
import { isFailure, TROUBLE_ENOUGH } from './verdict.ts';
import type { Evidence, HealthAnswer, NoToken, Passive } from './verdict.ts';

/** One round of asking. Times in ms of the room's clock. */
export interface Sample {
  readonly askedAtMs: number;
  readonly atMs: number;
  readonly health: HealthAnswer;
  /** When it was asked. */
  readonly inFlight: number;
  /** Absent when not asked for, or not answered. */
  readonly scrape: Scrape | undefined;
  /** Absent when none was asked for. */
  readonly token: 'came' | NoToken | undefined;
}

/** What `/metrics` said. The engine counted at some moment between asking and answer. */
export interface Scrape {
  readonly askedAtMs: number;
  readonly atMs: number;
  readonly metrics: EngineMetrics;
}

/** A count of engine steps that was seen at `sinceMs` and was still the same when it was asked for at `untilMs`. */
interface Steps {
  readonly count: number;
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** What past samples and real requests left behind. */
export interface ProbeRecord {
  readonly askedAtMs: number;
  readonly atMs: number;
  /** When it was seen last whether requests are in flight, and nothing else. */
  readonly glancedAtMs: number;
  readonly health: HealthAnswer;
  readonly repeats: number;
  readonly sameSinceMs: number;
  readonly failedLooks: number;
  readonly failingSinceMs: number;
  readonly answeredAtMs: number;
  readonly inFlight: number;
  /** When a token, a step or a real answer was seen last. */
  readonly provenAtMs: number;
  /** Since when tokens are owed and none is known to have come; `undefined` when none are. */
  readonly owedSinceMs: number | undefined;
  /** `undefined` when nothing is owed, or nothing tells. */
  readonly steps: Steps | undefined;
  /** Tokens asked for in vain since the last proof. */
  readonly noToken: { readonly met: NoToken; readonly repeats: number; readonly sinceMs: number } | undefined;
  /** Real requests that failed since the last one that did not. */
  readonly failures: number;
  /** A real request failed then, and nobody has looked since. */
  readonly alarmedAtMs: number | undefined;
}

/** A replica that has just proven itself. */
export function freshRecord(atMs: number): ProbeRecord {
  return {
    askedAtMs: atMs,
    atMs,
    glancedAtMs: atMs,
    health: 'ok',
    repeats: 1,
    sameSinceMs: atMs,
    failedLooks: 0,
    failingSinceMs: atMs,
    answeredAtMs: atMs,
    inFlight: 0,
    provenAtMs: atMs,
    owedSinceMs: undefined,
    steps: undefined,
    noToken: undefined,
    failures: 0,
    alarmedAtMs: undefined,
  };
}

/** Adds a sample. */
export function add(record: ProbeRecord, sample: Sample): ProbeRecord {
  const { askedAtMs, atMs, health, inFlight, token } = sample;
  const isSame = health === record.health;
  const hasProgressed = progressed(record, sample);
  const noToken = noTokenAfter(record, sample, hasProgressed);
  const isOwed = inFlight > 0 || noToken !== undefined;
  const { alarmedAtMs = -Infinity } = record;
  return {
    askedAtMs,
    atMs,
    glancedAtMs: record.glancedAtMs,
    health,
    repeats: isSame ? record.repeats + 1 : 1,
    sameSinceMs: isSame ? record.sameSinceMs : askedAtMs,
    failedLooks: health === 'ok' ? 0 : record.failedLooks + 1,
    failingSinceMs: record.failedLooks === 0 ? askedAtMs : record.failingSinceMs,
    answeredAtMs: answered(sample) ? atMs : record.answeredAtMs,
    inFlight,
    provenAtMs: hasProgressed ? atMs : record.provenAtMs,
    owedSinceMs: isOwed ? owedSince(record, sample, hasProgressed) : undefined,
    steps: isOwed ? stepsAfter(record.steps, sample) : undefined,
    noToken,
    failures: token === 'came' ? 0 : record.failures,
    alarmedAtMs: alarmedAtMs > askedAtMs ? alarmedAtMs : undefined,
  };
}

/** Adds how many requests are in flight. */
export function glance(record: ProbeRecord, inFlight: number, atMs: number): ProbeRecord {
  return { ...record, inFlight, glancedAtMs: atMs };
}

/**
 * Adds what a real request met. One that ended well says nothing of steps: its last bytes may have waited for a slow
 * reader long after the engine froze.
 */
export function hear(record: ProbeRecord, passive: Passive, atMs: number): ProbeRecord {
  if (isFailure(passive)) return { ...record, failures: record.failures + 1, alarmedAtMs: atMs };
  const answering = { ...record, answeredAtMs: atMs };
  if (passive === 'declined') return answering;
  const flowing = { ...answering, owedSinceMs: record.owedSinceMs === undefined ? undefined : atMs };
  if (passive === 'flowing') return flowing;
  return {
    ...flowing,
    provenAtMs: atMs,
    noToken: record.noToken && { ...record.noToken, repeats: 0, sinceMs: atMs },
    failures: 0,
  };
}

/** Whether real requests failed so often in a row that the engine is to be doubted. */
export const isTroubled = ({ failures }: ProbeRecord): boolean => failures >= TROUBLE_ENOUGH;

/** The record as a judge needs it at `nowMs`. */
export function evidenceOf(record: ProbeRecord, nowMs: number): Evidence {
  const { health, repeats, sameSinceMs, failedLooks, failingSinceMs, answeredAtMs, inFlight } = record;
  const { owedSinceMs, steps, noToken } = record;
  return {
    health,
    repeats,
    sameForMs: nowMs - sameSinceMs,
    failedLooks,
    failingForMs: failedLooks === 0 ? 0 : nowMs - failingSinceMs,
    silentForMs: nowMs - answeredAtMs,
    inFlight,
    isTroubled: isTroubled(record),
    noToken: noToken && { met: noToken.met, repeats: noToken.repeats, forMs: nowMs - noToken.sinceMs },
    stillForMs: steps === undefined ? 0 : Math.max(0, steps.untilMs - steps.sinceMs),
    owedForMs: owedSinceMs === undefined ? 0 : nowMs - owedSinceMs,
  };
}

/** A dead core's API still answers; a token that is refused in words is an answer too. */
function answered({ health, scrape, token }: Sample): boolean {
  if (health === 'ok' || health === 'unavailable' || scrape !== undefined) return true;
  return token === 'came' || token === 'server_error' || token === 'nonsense';
}

function progressed({ steps }: ProbeRecord, { scrape, token }: Sample): boolean {
  if (token === 'came') return true;
  const count = stepCount(scrape);
  return steps !== undefined && count !== undefined && count !== steps.count;
}

function noTokenAfter(
  { noToken }: ProbeRecord,
  { askedAtMs, token }: Sample,
  hasProgressed: boolean,
): ProbeRecord['noToken'] {
  if (token === 'came' || hasProgressed) return undefined;
  if (token === undefined) return noToken;
  if (noToken?.met === token) return { ...noToken, repeats: noToken.repeats + 1 };
  return { met: token, repeats: 1, sinceMs: askedAtMs };
}

/** What was owed unseen is forgiven at the first count that is read: from there on it is seen whether steps are made. */
function owedSince({ owedSinceMs, steps }: ProbeRecord, sample: Sample, hasProgressed: boolean): number {
  const isFirstCount = steps === undefined && stepCount(sample.scrape) !== undefined;
  return hasProgressed || isFirstCount ? sample.atMs : (owedSinceMs ?? sample.askedAtMs);
}

/** A token proves as much as a step, also where the count was read before it came. */
function stepsAfter(steps: Steps | undefined, { atMs, scrape, token }: Sample): Steps | undefined {
  const count = stepCount(scrape) ?? steps?.count;
  if (count === undefined) return undefined;
  if (token === 'came') return { count, sinceMs: atMs, untilMs: atMs };
  if (scrape === undefined || stepCount(scrape) === undefined) return steps;
  if (steps?.count === count) return { ...steps, untilMs: scrape.askedAtMs };
  return { count, sinceMs: scrape.atMs, untilMs: scrape.atMs };
}

/** Engine steps so far; `undefined` where nothing tells. */
function stepCount(scrape: Scrape | undefined): number | undefined {
  return scrape?.metrics.iterations ?? scrape?.metrics.generatedTokens;
}
