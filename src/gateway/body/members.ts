import { closes, COLON, COMMA, endOfString, opens, QUOTE } from './json-scan.ts';

/** A part of some bytes. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** A member of a JSON object: where its value stands. */
interface Member {
  readonly key: Range;
  readonly value: Range;
}

/** New bytes in place of a part. */
interface Edit extends Range {
  readonly text: string;
}

/**
 * The members of the outermost object, in order. A key may come twice; the last one counts. `json` must be valid. It
 * costs about as much as parsing: measured, 4 µs for 1 KB, 0.2 ms for 70 KB of chat, 7 ms for 1 MB of token ids.
 */
export function* topLevelMembers(json: Buffer): Generator<Member> {
  let depth = 0;
  let key: Range | undefined;
  let valueStart = 0;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at] ?? 0;
    if (byte === QUOTE) {
      const end = endOfString(json, at);
      const isKey = depth === 1 && key === undefined;
      if (isKey) key = { start: at, end };
      if (isKey) valueStart = startOfValue(json, end);
      at = (isKey ? valueStart : end) - 1;
    } else if (opens(byte)) depth += 1;
    else if (byte === COMMA ? depth === 1 : closes(byte) && --depth === 0) {
      if (key !== undefined) yield { key, value: { start: valueStart, end: endOfValue(json, at) } };
      key = undefined;
    }
  }
}

/** The offset of the value that belongs to the key ending at `keyEnd`. */
function startOfValue(json: Buffer, keyEnd: number): number {
  let at = keyEnd;
  while (json[at] === COLON || isSpace(json[at] ?? 0)) at += 1;
  return at;
}

/** `at` is the comma or the bracket behind it. */
function endOfValue(json: Buffer, at: number): number {
  let end = at;
  while (isSpace(json[end - 1] ?? 0)) end -= 1;
  return end;
}

/** JSON's whitespace (RFC 8259 §2). */
function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/** Whether a member is called `name`, which may be written with escapes: `"mod\u0065l"`. */
export function isNamed(json: Buffer, { key }: Member, name: string): boolean {
  const quoted = json.toString('utf8', key.start, key.end);
  return quoted === `"${name}"` || (quoted.includes('\\') && JSON.parse(quoted) === name);
}

/** Adds a member in front of the others. `text` is the member as it is written. */
export function insertMember(json: Buffer, text: string): Buffer<ArrayBuffer> {
  const start = json.indexOf('{') + 1;
  let next = start;
  while (isSpace(json[next] ?? 0)) next += 1;
  const isOnly = closes(json[next] ?? 0);
  return applyEdits(json, [{ start, end: start, text: isOnly ? text : `${text},` }]);
}

/** The bytes with some parts replaced, all others as they were; `edits` in their order, without overlap. */
export function applyEdits(json: Buffer, edits: readonly Edit[]): Buffer<ArrayBuffer> {
  const pieces: Buffer[] = [];
  let copied = 0;
  for (const { start, end, text } of edits) {
    pieces.push(json.subarray(copied, start), Buffer.from(text));
    copied = end;
  }
  return Buffer.concat([...pieces, json.subarray(copied)]);
}
