import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { formatPath, type Problem } from './problem.ts';

/** A parsed YAML file that still knows where each key stands. */
export interface ConfigDocument {
  readonly value: unknown;
  /** Makes a problem at the value that `path` leads to, or at the nearest parent that exists. */
  at(path: readonly PropertyKey[], message: string): Problem;
  /** Makes a problem at the key `key` of the map at `path`. */
  atKey(path: readonly PropertyKey[], key: string, message: string): Problem;
}

/** One mistake in YAML leads its parser to dozens: the first few are told. */
const SYNTAX_PROBLEMS_MAX = 5;

/** Parses YAML 1.2. Syntax errors and duplicate keys come back as problems. */
export function parseConfigDocument(
  file: string,
  text: string,
):
  | { readonly ok: true; readonly document: ConfigDocument }
  | { readonly ok: false; readonly problems: readonly Problem[] } {
  const lines = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problem = (offset: number, path: readonly PropertyKey[], message: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), path: formatPath(path), message };
  };
  const broken = [...parsed.errors, ...parsed.warnings].slice(0, SYNTAX_PROBLEMS_MAX);
  if (broken.length > 0) return { ok: false, problems: broken.map((it) => problem(it.pos[0], [], it.message)) };
  let value: unknown;
  try {
    value = parsed.toJS();
  } catch (cause) {
    // An alias without its anchor, or more aliases than any config needs.
    return { ok: false, problems: [problem(0, [], cause instanceof Error ? cause.message : String(cause))] };
  }
  return {
    ok: true,
    document: {
      value,
      at: (path, message) => problem(offsetOf(parsed, path), path, message),
      atKey: (path, key, message) => problem(offsetOfKey(parsed, path, key), [...path, key], message),
    },
  };
}

/** What of a text is understood, syntax errors or not; `undefined` where nothing is. */
export function readDespiteErrors(text: string): unknown {
  try {
    const value: unknown = parseDocument(text, { prettyErrors: false }).toJS();
    return value;
  } catch {
    return undefined;
  }
}

function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const offset = startOf(node);
    if (offset !== undefined) return offset;
  }
  return 0;
}

function offsetOfKey(document: Document.Parsed, path: readonly PropertyKey[], key: string): number {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(map)) return offsetOf(document, path);
  const pair = map.items.find((it) => isScalar(it.key) && String(it.key.value) === key);
  return startOf(pair?.key) ?? offsetOf(document, path);
}

function startOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined;
  return Array.isArray(node.range) && typeof node.range[0] === 'number' ? node.range[0] : undefined;
}
