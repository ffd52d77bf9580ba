import { parseConfigDocument } from '../document.ts';
import type { Problem } from '../problem.ts';
import { byPlace, schemaProblems } from '../schema-problems.ts';
import { promptSetSchema, type PromptSet } from './schema.ts';

export type PromptSetResult =
  { readonly ok: true; readonly set: PromptSet } | { readonly ok: false; readonly problems: readonly Problem[] };

/** Longest file of prompts. */
const PROMPT_SET_BYTES_MAX = 1_048_576;

/** Sets that are in the program itself, by the names that stand for a file in the config. */
export const SHIPPED_SETS = ['smoke', 'plumbing'] as const;
export type ShippedSet = (typeof SHIPPED_SETS)[number];

/** Whether a name means a set of the program, and no file. */
export const isShippedSet = (name: string): name is ShippedSet => SHIPPED_SETS.some((it) => it === name);

/** Validates the text of a file of prompts; every problem at once, with its place. Pure. */
export function parsePromptSet(file: string, text: string): PromptSetResult {
  if (Buffer.byteLength(text) > PROMPT_SET_BYTES_MAX)
    return refuse(file, `a set of prompts is at most ${PROMPT_SET_BYTES_MAX} bytes`);
  const parsed = parseConfigDocument(file, text);
  if (!parsed.ok) return parsed;
  const { document } = parsed;
  const checked = promptSetSchema.safeParse(document.value ?? {});
  if (checked.success) return { ok: true, set: checked.data };
  const { issues } = checked.error;
  return { ok: false, problems: byPlace(issues.flatMap((it) => schemaProblems(document, it, 'docs/eval.md'))) };
}

/** Reads and validates a file of prompts. A missing file is a problem at 1:1. */
export async function loadPromptSet(file: string): Promise<PromptSetResult> {
  let text: string;
  try {
    text = await Bun.file(file).text();
  } catch (cause) {
    return refuse(file, `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  return parsePromptSet(file, text);
}

const refuse = (file: string, message: string): PromptSetResult => ({
  ok: false,
  problems: [{ file, line: 1, column: 1, path: '', message }],
});
