import { z } from 'zod';
import { parsePattern } from '../pattern/parse-pattern.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { answerSchema, type AnswerSchema } from './json-schema.ts';

/** How an answer may end, in OpenAI's words. */
const FINISH_REASONS = ['stop', 'length', 'tool_calls', 'content_filter', 'function_call', 'abort'] as const;

const text = z.string().min(1).max(4096);
const oneOrMore = z.union([text, z.array(text).min(1).max(64)]);
const characters = z.int().min(0).max(1_000_000);
const ratio = z.number().min(0).max(1);

const pattern = z
  .string()
  .min(1)
  .max(4096)
  .superRefine((source, context) => {
    const read = parsePattern(source);
    if (!read.ok) context.addIssue({ code: 'custom', message: `this pattern is not taken: ${read.problem}` });
  });

/** What is asked of one answer, as a file says it. Those of the set hold for each prompt that does not say its own. */
export const checksSchema = z
  .strictObject({
    equals: oneOrMore.meta({ description: 'The whole answer is this text, or one of these.' }),
    contains: oneOrMore.meta({ description: 'The answer has this text, or all of these.' }),
    contains_any: z.array(text).min(1).max(64).meta({ description: 'The answer has one of these.' }),
    exact: z.boolean().meta({
      description: 'Upper and lower case, outer punctuation and Markdown count too in the three above. Default: false.',
    }),
    regex: pattern.meta({ description: 'Somewhere in the answer; a pattern as in guardrails.rules.' }),
    json_schema: answerSchema.meta({ description: 'The answer is JSON that fits.' }),
    tool_call: z
      .strictObject({ name: text, arguments: answerSchema.optional() })
      .meta({ description: 'The function of this name is called, with arguments that are JSON and fit.' }),
    finish_reason: z.array(z.enum(FINISH_REASONS)).min(1),
    usage: z.boolean().meta({ description: 'true: tokens of prompt and answer are counted, and add up.' }),
    max_latency_ms: z.int().min(1).max(3_600_000),
    min_characters: characters,
    max_characters: characters,
    printable_ratio_min: ratio.meta({ description: 'Least share of the characters that a person can read.' }),
    repeats_max: z.int().min(1).max(10_000).meta({
      description: 'Most times that the same characters, up to 64 of them, may follow each other.',
    }),
  })
  .partial();

/** Checks as the file has them. */
export type WrittenChecks = z.output<typeof checksSchema>;

/** What is asked of one answer; what is `undefined` is not asked. */
export interface Checks {
  readonly equals: readonly string[] | undefined;
  readonly contains: readonly string[] | undefined;
  readonly containsAny: readonly string[] | undefined;
  readonly exact: boolean;
  readonly regex: { readonly source: string; readonly pattern: Pattern } | undefined;
  readonly jsonSchema: AnswerSchema | undefined;
  readonly toolCall: { readonly name: string; readonly arguments?: AnswerSchema | undefined } | undefined;
  readonly finishReason: readonly string[] | undefined;
  readonly usage: boolean;
  readonly maxLatencyMs: number | undefined;
  readonly minCharacters: number | undefined;
  readonly maxCharacters: number | undefined;
  readonly printableRatioMin: number | undefined;
  readonly repeatsMax: number | undefined;
}

/** Checks as the program holds them. */
export function readChecks(written: WrittenChecks): Checks {
  return {
    equals: listed(written.equals),
    contains: listed(written.contains),
    containsAny: written.contains_any,
    exact: written.exact ?? false,
    regex: patternOf(written.regex),
    jsonSchema: written.json_schema,
    toolCall: written.tool_call,
    finishReason: written.finish_reason,
    usage: written.usage ?? false,
    maxLatencyMs: written.max_latency_ms,
    minCharacters: written.min_characters,
    maxCharacters: written.max_characters,
    printableRatioMin: written.printable_ratio_min,
    repeatsMax: written.repeats_max,
  };
}

const listed = (value: string | readonly string[] | undefined): readonly string[] | undefined =>
  typeof value === 'string' ? [value] : value;

/** The schema has refused what is no pattern. */
function patternOf(source: string | undefined): Checks['regex'] {
  if (source === undefined) return undefined;
  const read = parsePattern(source);
  return read.ok ? { source, pattern: read.pattern } : undefined;
}
