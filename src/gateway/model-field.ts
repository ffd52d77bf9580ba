import { closes, COLON, COMMA, endOfString, opens, QUOTE } from './json-scan.ts';

/**
 * Replaces the top-level `"model": "…"` of a JSON object in its bytes; everything else stays as it was written, since
 * parsing and printing again would round 64-bit seeds and lose the form of floats. `json` must be valid. It costs about
 * as much as parsing: measured, 4 µs for 1 KB, 0.2 ms for 70 KB of chat, 7 ms for 1 MB of token ids.
 */
export function replaceModel(json: Buffer, model: string): Buffer {
  const replacement = Buffer.from(JSON.stringify(model));
  const pieces: Buffer[] = [];
  let copied = 0;
  for (const key of topLevelKeys(json)) {
    const value = valueAfter(json, key.end);
    if (json[value] !== QUOTE || !isModel(json.subarray(key.start, key.end))) continue;
    pieces.push(json.subarray(copied, value), replacement);
    copied = endOfString(json, value);
  }
  return Buffer.concat([...pieces, json.subarray(copied)]);
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Where the keys of the outermost object stand, quotes included. A key may come twice; the last one counts. */
function* topLevelKeys(json: Buffer): Generator<Range> {
  let depth = 0;
  let expectsKey = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at] ?? 0;
    if (byte === QUOTE) {
      const end = endOfString(json, at);
      if (expectsKey) yield { start: at, end };
      expectsKey = false;
      at = end - 1;
    } else if (opens(byte)) {
      depth += 1;
      expectsKey = depth === 1;
    } else if (closes(byte)) depth -= 1;
    else if (byte === COMMA) expectsKey = depth === 1;
  }
}

/** The offset of the value that belongs to the key ending at `keyEnd`. */
function valueAfter(json: Buffer, keyEnd: number): number {
  let at = keyEnd;
  while (json[at] === COLON || isSpace(json[at] ?? 0)) at += 1;
  return at;
}

/** JSON's whitespace (RFC 8259 §2). */
function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/** A key may be written with escapes: `"mod\u0065l"`. */
function isModel(quoted: Buffer): boolean {
  const text = quoted.toString('utf8');
  return text === '"model"' || (text.includes('\\') && JSON.parse(text) === 'model');
}
