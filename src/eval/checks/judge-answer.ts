import type { Checks } from '../../config/index.ts';
import type { Answer } from '../answer.ts';
import { printableRatio, repeatsIn } from './degenerate.ts';
import { misfit } from './fits-schema.ts';
import { lengthOf } from './length.ts';
import { matchesPattern } from './match-pattern.ts';

/** A check that an answer did not pass, by the key of the file, and why. `why` is ours alone: nothing of the answer is in it. */
export interface Failure {
  readonly check: string;
  readonly why: string;
}

/** Every check that an answer fails; empty where it passes. */
export function judgeAnswer(answer: Answer, latencyMs: number, checks: Checks): readonly Failure[] {
  return Object.entries(JUDGES).flatMap(([check, judge]) => {
    const why = judge(answer, checks, latencyMs);
    return why === undefined ? [] : [{ check, why }];
  });
}

/** Says why an answer does not pass; `undefined` where it does, or where nothing is asked. */
type Judge = (answer: Answer, checks: Checks, latencyMs: number) => string | undefined;

const JUDGES: Readonly<Record<string, Judge>> = {
  equals({ text }, { equals, exact }) {
    const said = bare(text, exact);
    if (equals === undefined || equals.some((it) => bare(it, exact) === said)) return undefined;
    return `is not ${quoted(equals)}`;
  },
  contains({ text }, { contains = [], exact }) {
    const missing = contains.filter((it) => !folded(text, exact).includes(folded(it, exact)));
    return missing.length === 0 ? undefined : `has no ${quoted(missing)}`;
  },
  contains_any({ text }, { containsAny, exact }) {
    const said = folded(text, exact);
    if (containsAny === undefined || containsAny.some((it) => said.includes(folded(it, exact)))) return undefined;
    return `has none of ${quoted(containsAny)}`;
  },
  regex: ({ text }, { regex }) =>
    regex === undefined || matchesPattern(regex.pattern, text) ? undefined : `nothing matches ${regex.source}`,
  json_schema({ text }, { jsonSchema }) {
    if (jsonSchema === undefined) return undefined;
    const read = readJson(text);
    return read.ok ? misfit(read.value, jsonSchema) : 'is no JSON';
  },
  tool_call: judgeToolCall,
  finish_reason: ({ finishReason }, { finishReason: allowed }) =>
    allowed === undefined || (finishReason !== undefined && allowed.includes(finishReason))
      ? undefined
      : `ended by ${finishReason ?? 'nothing'}, not ${allowed.join(' or ')}`,
  usage({ usage }, { usage: asked }) {
    if (!asked) return undefined;
    if (usage === undefined) return 'is not there';
    const { prompt, completion, total } = usage;
    return prompt >= 1 && completion >= 1 && total === prompt + completion
      ? undefined
      : `${prompt} + ${completion} tokens are said to be ${total}`;
  },
  max_latency_ms: (_, { maxLatencyMs = Number.POSITIVE_INFINITY }, latencyMs) =>
    latencyMs <= maxLatencyMs ? undefined : `came after ${Math.round(latencyMs)} ms, ${maxLatencyMs} at most`,
  min_characters: ({ text }, { minCharacters = 0 }) =>
    lengthOf(text.trim()) >= minCharacters
      ? undefined
      : `is ${lengthOf(text.trim())} characters long, ${minCharacters} at least`,
  max_characters: ({ text }, { maxCharacters = Number.POSITIVE_INFINITY }) =>
    lengthOf(text.trim()) <= maxCharacters
      ? undefined
      : `is ${lengthOf(text.trim())} characters long, ${maxCharacters} at most`,
  printable_ratio_min: ({ text }, { printableRatioMin = 0 }) =>
    printableRatio(text) >= printableRatioMin
      ? undefined
      : `${printableRatio(text).toFixed(2)} of it is printable, ${printableRatioMin} at least`,
  repeats_max: ({ text }, { repeatsMax = Number.POSITIVE_INFINITY }) =>
    repeatsIn(text) <= repeatsMax
      ? undefined
      : `repeats itself ${repeatsIn(text)} times in a row, ${repeatsMax} at most`,
};

function judgeToolCall({ toolCalls }: Answer, { toolCall }: Checks): string | undefined {
  if (toolCall === undefined) return undefined;
  if (toolCalls.length === 0) return "nothing is called; is the pool's tool_call_parser the one of its model?";
  const call = toolCalls.find((it) => it.name === toolCall.name);
  if (call === undefined) return `${toolCall.name} is not called`;
  const read = readJson(call.arguments);
  if (!read.ok) return `the arguments of ${toolCall.name} are no JSON`;
  return toolCall.arguments === undefined ? undefined : misfit(read.value, toolCall.arguments, 'arguments');
}

/** Blanks, and the marks that models put around a word as they please. */
const OUTER_MARKS = new Set(' \t\n\r"\'`*_.!,;:()“”‘’');

const bare = (text: string, exact: boolean): string => (exact ? text.trim() : folded(withoutMarks(text), exact));

function withoutMarks(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && OUTER_MARKS.has(text.charAt(start))) start += 1;
  while (end > start && OUTER_MARKS.has(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

const folded = (text: string, exact: boolean): string => (exact ? text : text.toLowerCase());
const quoted = (texts: readonly string[]): string => texts.map((it) => JSON.stringify(it)).join(', ');

type Json = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

function readJson(text: string): Json {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}
