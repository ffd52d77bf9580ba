import { QUOTE } from './json-scan.ts';
import { applyEdits, isNamed, topLevelMembers } from './members.ts';

/**
 * Replaces the top-level `"model": "…"` of a JSON object in its bytes; everything else stays as it was written, since
 * parsing and printing again would round 64-bit seeds and lose the form of floats. `json` must be valid.
 */
export function replaceModel(json: Buffer, model: string): Buffer {
  return replaceString(json, 'model', model);
}

/** The same for any member whose value is text; a value of another type stays. */
export function replaceString(json: Buffer, name: string, value: string): Buffer {
  const text = JSON.stringify(value);
  const found = [...topLevelMembers(json)].filter((it) => json[it.value.start] === QUOTE && isNamed(json, it, name));
  const edits = found.map((it) => ({ ...it.value, text }));
  return edits.length === 0 ? json : applyEdits(json, edits);
}
