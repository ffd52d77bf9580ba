import { dirname, resolve } from 'node:path';
import type { Config } from './config.ts';
import { parseConfigDocument, type ConfigDocument } from './document.ts';
import { expandPlaceholders } from './placeholders.ts';
import { derivePaths } from './paths.ts';
import type { Problem } from './problem.ts';
import { brokenRules, type BrokenRule } from './rules.ts';
import { checkPromptSet } from './prompt-set/check-named.ts';
import { isShippedSet } from './prompt-set/parse.ts';
import { byPlace, schemaProblems } from './schema-problems.ts';
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
  const read = await readConfigText(file);
  return read.ok ? checkPromptSet(parseConfig(file, read.text, context)) : read;
}

/** Reads a file's text; a missing one is a problem at 1:1. */
export async function readConfigText(
  file: string,
): Promise<
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problems: readonly Problem[] }
> {
  try {
    return { ok: true, text: await Bun.file(file).text() };
  } catch (cause) {
    const message = `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
    return { ok: false, problems: [{ file, line: 1, column: 1, path: '', message }] };
  }
}

/** Validates the text of a config file. Pure. */
export function parseConfig(file: string, text: string, context: LoadContext): LoadResult {
  const parsed = parseConfigDocument(file, text);
  return parsed.ok ? validate(file, parsed.document, parsed.document.value, context) : parsed;
}

/** Validates what a document says, or `value` in its place; its problems are told where the document has them. */
export function validate(file: string, document: ConfigDocument, value: unknown, context: LoadContext): LoadResult {
  const checked = configSchema.safeParse(value ?? {});
  if (!checked.success)
    return { ok: false, problems: byPlace(checked.error.issues.flatMap((it) => schemaProblems(document, it))) };
  const at = (broken: readonly BrokenRule[]): LoadResult => ({
    ok: false,
    problems: byPlace(broken.map((it) => document.at(it.path, it.message))),
  });
  const broken = brokenRules(checked.data);
  if (broken.length > 0) return at(broken);
  const config = complete(resolve(file), checked.data, context);
  const tooLong = overlongSockets(config);
  return tooLong.length > 0 ? at(tooLong) : { ok: true, config };
}

function complete(source: string, { paths: given, control, ...rest }: FileConfig, context: LoadContext): Config {
  const folder = dirname(source);
  const { keysFile } = rest.gateway;
  const paths = derivePaths({ file: given, controlSocket: control.socket, keysFile, ...context, folder });
  const { eval: evaluation } = rest;
  const smoke = smokeSet(evaluation.smoke, folder);
  const tcp = control.tcp === undefined ? undefined : { ...control.tcp, keyFile: resolve(folder, control.tcp.keyFile) };
  return {
    ...expandPlaceholders(rest, paths),
    eval: { smoke },
    control: { ...control, tcp },
    source,
    paths,
  };
}

/** A set that is in the program by its name, another by its file. Absolute. */
function smokeSet(named: string | false | undefined, folder: string): string | false | undefined {
  return typeof named !== 'string' || isShippedSet(named) ? named : resolve(folder, named);
}
