import type { HealthConfig } from '../config/index.ts';
import { questionFor, RECHECK_AFTER_MS, type Question } from './question.ts';
import { blinded, evidenceOf, freshRecord, glance, hear, type ProbeRecord } from './record.ts';
import { add, type Sample } from './sample.ts';
import { judge, type HealthAnswer, type Passive, type Verdict } from './verdict.ts';

/** Room of a replica, as its engine reports it. */
export interface Capacity {
  /** KV-cache tokens it can hold. */
  readonly kvTokens: number;
  /** Requests at once. */
  readonly sequencesMax: number;
}

/**
 * What is reported of one life of an engine: `answering`, then `warm`, then verdicts whenever they change. Before `warm`
 * also what keeps it from that, whenever it changes.
 */
export type WatchReport =
  | { readonly on: 'not_yet'; readonly why: string } // in words, one line
  | { readonly on: 'answering' } // the API took a request
  | { readonly on: 'warm'; readonly capacity: Capacity } // a token came the real way
  | { readonly on: 'verdict'; readonly verdict: Verdict };

/** One life of an engine as health sees it. How long the first two may last is for whoever started the engine. */
export type Watch =
  | ({ readonly in: 'starting'; readonly isListening: boolean } & NotYet) // its API does not answer yet
  | ({ readonly in: 'warming' } & NotYet) // no token came yet
  | { readonly in: 'proven'; readonly record: ProbeRecord; readonly told: Verdict; readonly askAtMs: number };

interface NotYet {
  /** Nothing is asked before. */
  readonly askAtMs: number;
  /** What was met last instead of what is waited for, where that was worth telling. */
  readonly why: string | undefined;
}

/** What was asked, and what came of it. */
export type Answer =
  | {
      readonly to: 'start';
      readonly atMs: number;
      readonly health: HealthAnswer;
      readonly why?: string | undefined; // in words, where it is not as usual
    }
  | { readonly to: 'warm_up'; readonly atMs: number; readonly capacity: Capacity }
  | { readonly to: 'warm_up'; readonly atMs: number; readonly failed: string } // why, in words
  | { readonly to: 'glance'; readonly atMs: number; readonly inFlight: number }
  | { readonly to: 'look'; readonly sample: Sample }
  | { readonly to: 'blind'; readonly atMs: number; readonly because: string }; // it could not be asked, by no fault of its own

/** What follows from an answer. */
export interface Step {
  readonly watch: Watch;
  readonly report: WatchReport | undefined;
}

/** Where every life begins. */
export const begin: Watch = { in: 'starting', askAtMs: -Infinity, isListening: false, why: undefined };

/** What to ask next, and when. */
export function nextQuestion(watch: Watch, nowMs: number, limits: HealthConfig): Question {
  const waitMs = Math.max(0, watch.askAtMs - nowMs);
  if (watch.in !== 'proven') return { ask: watch.in === 'starting' ? 'start' : 'warm_up', afterMs: waitMs };
  const { ask, afterMs } = questionFor(watch.record, nowMs, limits);
  return { ask, afterMs: Math.max(waitMs, afterMs) };
}

/** One answer in; the next state and what to report out. Answers to what was not asked change nothing. */
export function step(watch: Watch, answer: Answer, limits: HealthConfig): Step {
  if (answer.to === 'blind') return unseen(watch, answer, limits);
  if (watch.in === 'starting' && answer.to === 'start') return whileStarting(watch, answer, limits);
  if (watch.in === 'warming' && answer.to === 'warm_up') return whileWarming(watch, answer, limits);
  if (watch.in === 'proven' && answer.to === 'look') return whileProven(watch, answer.sample, limits);
  if (watch.in === 'proven' && answer.to === 'glance') {
    return { watch: { ...watch, record: glance(watch.record, answer.inFlight, answer.atMs) }, report: undefined };
  }
  return { watch, report: undefined };
}

/** Takes in what a real request met. It never condemns: a client that sends nonsense restarts no engine. */
export function overhear(watch: Watch, passive: Passive, atMs: number): Watch {
  return watch.in === 'proven' ? { ...watch, record: hear(watch.record, passive, atMs) } : watch;
}

/** It says itself that it is about to listen: it is asked now, and often from now on. */
export function nearlyAnswering(watch: Watch, atMs: number): Watch {
  return watch.in === 'starting' && !watch.isListening ? { ...watch, askAtMs: atMs, isListening: true } : watch;
}

/** Says nothing of the engine: what is thought of it stays, and it is asked again. */
function unseen(watch: Watch, { atMs, because }: Extract<Answer, { to: 'blind' }>, limits: HealthConfig): Step {
  const askAtMs = atMs + limits.intervalMs;
  if (watch.in !== 'proven') return notYet(watch, askAtMs, because);
  return { watch: { ...watch, record: blinded(watch.record, atMs), askAtMs }, report: undefined };
}

function notYet(watch: Exclude<Watch, { in: 'proven' }>, askAtMs: number, why: string | undefined): Step {
  const isNews = why !== undefined && why !== watch.why;
  return { watch: { ...watch, askAtMs, why: why ?? watch.why }, report: isNews ? { on: 'not_yet', why } : undefined };
}

/** Refused is normal here: vLLM listens only when its model is loaded. */
function whileStarting(
  watch: Extract<Watch, { in: 'starting' }>,
  { atMs, health, why }: Extract<Answer, { to: 'start' }>,
  limits: HealthConfig,
): Step {
  if (health === 'ok') return { watch: { in: 'warming', askAtMs: atMs, why: undefined }, report: { on: 'answering' } };
  const afterMs = watch.isListening ? Math.min(RECHECK_AFTER_MS, limits.intervalMs) : limits.intervalMs;
  return notYet(watch, atMs + afterMs, why);
}

function whileWarming(
  watch: Extract<Watch, { in: 'warming' }>,
  answer: Extract<Answer, { to: 'warm_up' }>,
  limits: HealthConfig,
): Step {
  if ('capacity' in answer) {
    const { atMs, capacity } = answer;
    const proven: Watch = { in: 'proven', record: freshRecord(atMs), told: { is: 'ok' }, askAtMs: atMs };
    return { watch: proven, report: { on: 'warm', capacity } };
  }
  return notYet(watch, answer.atMs + limits.intervalMs, answer.failed);
}

/** Reports a verdict when its kind differs from the one told last. */
function whileProven(watch: Extract<Watch, { in: 'proven' }>, sample: Sample, limits: HealthConfig): Step {
  const record = add(watch.record, sample);
  const verdict = judge(evidenceOf(record, sample.atMs), limits) ?? watch.told;
  const report = verdict.is === watch.told.is ? undefined : ({ on: 'verdict', verdict } as const);
  return { watch: { ...watch, record, told: verdict }, report };
}
