import { FLAGS, isFlagName, type FlagName } from './table.ts';
import { readValue, type FlagValue } from './value.ts';

/** A command line taken apart: the model, and each flag with its values in the order given. */
export interface CommandLine {
  readonly model: string | undefined;
  readonly flags: ReadonlyMap<FlagName, readonly FlagValue[]>;
}

/** argparse prints this after the usage line and exits with 2. */
export type Parsed =
  { readonly ok: true; readonly line: CommandLine } | { readonly ok: false; readonly message: string };

const NAMES = Object.keys(FLAGS).filter(isFlagName);

/**
 * Takes `serve`'s arguments apart as vLLM's parser does: `--a-b`, `--a_b` and `--a-b=v` are one, an unambiguous
 * beginning of a name counts as the name, and what is unknown is refused (argparse; vllm/utils/argparse_utils.py).
 */
export function parseCommandLine(argv: readonly string[]): Parsed {
  const flags = new Map<FlagName, FlagValue[]>();
  const positional: string[] = [];
  const unknown: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (!word.startsWith('--')) {
      positional.push(word);
      continue;
    }
    const [written, inline] = splitOnce(word.slice(2));
    const flag = resolve(written.replaceAll('_', '-'));
    if (flag === undefined) {
      unknown.push(word);
      continue;
    }
    const words = inline === undefined ? wordsOf(flag, argv, at + 1) : [inline];
    if (inline === undefined) at += words.length;
    const read = readFlag(flag, words);
    if (!read.ok) return read;
    flags.set(flag.name, [...(flags.get(flag.name) ?? []), read.value]);
  }
  unknown.push(...positional.slice(1));
  if (unknown.length > 0) return { ok: false, message: `unrecognized arguments: ${unknown.join(' ')}` };
  return { ok: true, line: { model: positional[0], flags } };
}

interface Flag {
  readonly name: FlagName;
  readonly negated: boolean;
}

function resolve(written: string): Flag | undefined {
  if (isFlagName(written)) return { name: written, negated: false };
  const positive = written.startsWith('no-') ? written.slice(3) : '';
  if (isFlagName(positive) && FLAGS[positive] === 'switch') return { name: positive, negated: true };
  const [only, second] = NAMES.filter((name) => name.startsWith(written));
  return only === undefined || second !== undefined ? undefined : { name: only, negated: false };
}

function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function wordsOf(flag: Flag, argv: readonly string[], from: number): readonly string[] {
  const kind = FLAGS[flag.name];
  if (kind === 'switch') return [];
  const rest = argv.slice(from);
  const end = rest.findIndex((word) => word.startsWith('--'));
  const words = end < 0 ? rest : rest.slice(0, end);
  return kind === 'list' ? words : words.slice(0, 1);
}

function readFlag(
  flag: Flag,
  words: readonly string[],
): { readonly ok: true; readonly value: FlagValue } | { readonly ok: false; readonly message: string } {
  const kind = FLAGS[flag.name];
  if (flag.negated) return { ok: true, value: false };
  if (kind !== 'switch' && words.length === 0) {
    const expected = kind === 'list' ? 'at least one argument' : 'one argument';
    return { ok: false, message: `argument --${flag.name}: expected ${expected}` };
  }
  const value = readValue(kind, words);
  if (value === undefined)
    return { ok: false, message: `argument --${flag.name}: invalid ${kind} value: '${words[0] ?? ''}'` };
  return { ok: true, value };
}
