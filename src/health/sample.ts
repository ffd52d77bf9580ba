import type { EngineMetrics } from '../engine/index.ts';
import type { ProbeRecord, Steps } from './record.ts';
import type { HealthAnswer, NoToken } from './verdict.ts';

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

/** Adds a sample to what is known. */
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
