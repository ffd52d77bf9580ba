import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import type { Config } from './config.ts';
import { parseConfigDocument, type ConfigDocument } from './document.ts';
import { expandPlaceholders } from './placeholders.ts';
import { derivePaths } from './paths.ts';
import type { Problem } from './problem.ts';
import { brokenRules } from './rules.ts';
import { overlongSockets } from './socket-paths.ts';
import { configSchema, type FileConfig } from './schema.ts';

export type LoadResult =
  { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly problems: readonly Problem[] };

/** What loading reads of its surroundings besides the text. */
export interface LoadContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
}

/** Reads and validates a file; every problem at once. A missing file is a problem at 1:1. */
export async function loadConfig(file: string, context: LoadContext): Promise<LoadResult> {
  let text: string;
  try {
    text = await Bun.file(file).text();
  } catch (cause) {
    const message = `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
    return { ok: false, problems: [{ file, line: 1, column: 1, path: '', message }] };
  }
  return parseConfig(file, text, context);
}

/** Validates the text of a config file. Pure. */
export function parseConfig(file: string, text: string, context: LoadContext): LoadResult {
  const parsed = parseConfigDocument(file, text);
  if (!parsed.ok) return parsed;
  const checked = configSchema.safeParse(parsed.document.value ?? {});
  if (!checked.success)
    return { ok: false, problems: byPlace(checked.error.issues.flatMap((it) => schemaProblems(parsed.document, it))) };
  const broken = brokenRules(checked.data);
  if (broken.length > 0)
    return { ok: false, problems: byPlace(broken.map((it) => parsed.document.at(it.path, it.message))) };
  const config = complete(resolve(file), checked.data, context);
  const tooLong = overlongSockets(config);
  if (tooLong.length > 0)
    return { ok: false, problems: byPlace(tooLong.map((it) => parsed.document.at(it.path, it.message))) };
  return { ok: true, config };
}

function complete(source: string, { paths: given, control, ...rest }: FileConfig, context: LoadContext): Config {
  const folder = dirname(source);
  const { keysFile } = rest.gateway;
  const paths = derivePaths({ file: given, controlSocket: control.socket, keysFile, ...context, folder });
  return { ...expandPlaceholders(rest, paths), source, paths };
}

function schemaProblems(document: ConfigDocument, issue: z.core.$ZodIssue): Problem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) =>
      document.atKey(issue.path, key, `unknown key; see config/replicas.schema.json for those known`),
    );
  if (issue.code === 'invalid_key') return issue.issues.map((inner) => document.at(issue.path, inner.message));
  if (issue.code === 'invalid_union') return [document.at(issue.path, unionMessage(issue))];
  return [document.at(issue.path, issue.message)];
}

/** The complaints of each alternative of a union, so that a person sees which one was meant. */
function unionMessage(issue: z.core.$ZodIssueInvalidUnion): string {
  const complaints = issue.errors.map((branch) => branch.map((it) => it.message).join(', ')).filter((it) => it !== '');
  return complaints.length === 0 ? issue.message : `none of the allowed forms fits: ${complaints.join('; or ')}`;
}

function byPlace(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}
