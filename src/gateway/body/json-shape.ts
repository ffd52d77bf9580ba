import { BACKSLASH, closes, COLON, opens, QUOTE } from './json-scan.ts';

/** Deepest nesting taken: `JSON.parse` spends seconds and gigabytes on 30 MB of `[`. No real request comes near it. */
export const JSON_DEPTH_MAX = 65_536;

/**
 * Most that a body may cost to scan and parse, counted as `COSTS`: the event loop stands still meanwhile. It is room for a
 * million token ids, 30,000 short messages, or text without end; 30 MB of `{},` would take seconds and a gigabyte.
 */
export const JSON_COST_MAX = 8_388_608;

/**
 * What is counted, in bytes' worth of 1.6 ns. Measured with Bun 1.4.5: a key that was not seen before 400 ns (one that was,
 * 20), an object or array 40 to 110, a quote 18. Text between quotes is skipped natively, 0.1 ns a byte, and not counted.
 */
const COSTS = { byte: 1, quote: 8, container: 16, key: 64 } as const;

/** A body of no more bytes is within both limits, whatever it is, and not looked at. */
const UNSEEN_BYTES_MAX = Math.min(JSON_DEPTH_MAX, JSON_COST_MAX / COSTS.key);

/** What makes a body too costly to parse, in words; `undefined` where nothing does. The bytes need not be valid JSON. */
export function tooCostly(json: Buffer): string | undefined {
  if (json.length <= UNSEEN_BYTES_MAX) return undefined;
  let depth = 0;
  let cost = 0;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at] ?? 0;
    if (byte === QUOTE) {
      const text = skipText(json, at, JSON_COST_MAX - cost);
      cost += text.cost;
      at = text.end;
    } else if (opens(byte)) {
      cost += COSTS.container;
      depth += 1;
      if (depth > JSON_DEPTH_MAX) return `it nests deeper than ${JSON_DEPTH_MAX} levels`;
    } else {
      cost += byte === COLON ? COSTS.key : COSTS.byte;
      if (closes(byte)) depth -= 1;
    }
    if (cost > JSON_COST_MAX) return 'it has more keys, values or escapes than are read here';
  }
  return undefined;
}

/** The closing quote of a text, and what it cost to find it: escaped quotes and backslashes. Gives up beyond `most`. */
function skipText(json: Buffer, opening: number, most: number): { readonly end: number; readonly cost: number } {
  let cost = 0;
  for (let at = json.indexOf(QUOTE, opening + 1); at !== -1; at = json.indexOf(QUOTE, at + 1)) {
    let backslashes = 0;
    while (json[at - 1 - backslashes] === BACKSLASH) backslashes += 1;
    cost += 2 * COSTS.quote + backslashes;
    if (backslashes % 2 === 0 || cost > most) return { end: at, cost };
  }
  return { end: json.length, cost };
}
