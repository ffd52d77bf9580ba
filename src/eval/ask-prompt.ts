import type { Prompt } from '../config/index.ts';
import { excerpt } from '../engine/index.ts';
import { deadlineSignal, type Clock } from '../telemetry/index.ts';
import { readAnswer, type Answer } from './answer.ts';
import { judgeAnswer, type Failure } from './checks/judge-answer.ts';
import { DECIDED } from './decided.ts';
import type { TryReport } from './report.ts';

/** One request on its way to an engine. `fields` lack the model, which whoever asks knows. */
export interface Question {
  readonly path: Prompt['path'];
  readonly fields: Prompt['fields'];
  readonly signal: AbortSignal;
}

/** A whole body that came with 200, or why there is none. */
export type Reply = { readonly ok: true; readonly body: string } | { readonly ok: false; readonly cause: string };

/** Asks an engine and reads its answer whole. Must not reject, and must end when the signal aborts. */
export type Ask = (question: Question) => Promise<Reply>;

/** How much of an answer is told, in characters: enough to see what is wrong, not what was asked of the model. */
const EXCERPT_CHARACTERS_MAX = 120;

interface AskEffects {
  readonly ask: Ask;
  readonly clock: Clock;
  /** Of the whole set. */
  readonly signal: AbortSignal;
}

/** Asks a prompt once and judges the answer; `left` where nobody wants to know any more. */
export async function askPrompt(
  { path, fields, checks }: Prompt,
  timeoutMs: number,
  { ask, clock, signal }: AskEffects,
): Promise<TryReport | 'left'> {
  const startedMs = clock.nowMs();
  const deadline = deadlineSignal(clock, timeoutMs);
  const both = AbortSignal.any([signal, deadline.signal]);
  const reply = both.aborted ? NO_REPLY : await ask({ path, fields, signal: both });
  deadline.cancel();
  const latencyMs = clock.nowMs() - startedMs;
  if (!reply.ok && signal.reason === DECIDED) return 'left';
  const read = readReply(reply, both);
  if (!read.ok) return failedBy(latencyMs, [{ check: 'answer', why: read.cause }], null);
  const failures = judgeAnswer(read.answer, latencyMs, checks);
  if (failures.length > 0) return failedBy(latencyMs, failures, saidIn(read.answer));
  return { passed: true, latency_ms: Math.round(latencyMs), failures: [], excerpt: null };
}

const NO_REPLY: Reply = { ok: false, cause: 'it was not asked' };

function readReply(reply: Reply, signal: AbortSignal): ReturnType<typeof readAnswer> {
  if (!reply.ok) return { ok: false, cause: signal.aborted ? reasonOf(signal) : reply.cause };
  return readAnswer(reply.body);
}

const reasonOf = ({ reason }: AbortSignal): string => (reason instanceof Error ? reason.message : String(reason));

const failedBy = (latencyMs: number, failures: readonly Failure[], said: string | null): TryReport => ({
  passed: false,
  latency_ms: Math.round(latencyMs),
  failures,
  excerpt: said,
});

/** The beginning of what was said: words, or the call in their place. */
function saidIn({ text, toolCalls: [call] }: Answer): string | null {
  const said = excerpt(text === '' && call !== undefined ? `${call.name}(${call.arguments})` : text);
  return said === '' ? null : said.slice(0, EXCERPT_CHARACTERS_MAX);
}
