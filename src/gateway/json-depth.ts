import { closes, endOfString, opens, QUOTE } from './json-scan.ts';

/** Deepest nesting taken: `JSON.parse` spends seconds and gigabytes on 30 MB of `[`. No real request comes near it. */
export const JSON_DEPTH_MAX = 65_536;

/** Whether brackets nest deeper than `JSON_DEPTH_MAX`. A body of no more bytes than that cannot, and is not looked at. */
export function nestsTooDeep(json: Buffer): boolean {
  if (json.length <= JSON_DEPTH_MAX) return false;
  let depth = 0;
  for (let at = 0; at < json.length && depth <= JSON_DEPTH_MAX; at += 1) {
    const byte = json[at] ?? 0;
    if (byte === QUOTE) at = endOfString(json, at) - 1;
    else if (opens(byte)) depth += 1;
    else if (closes(byte)) depth -= 1;
  }
  return depth > JSON_DEPTH_MAX;
}
