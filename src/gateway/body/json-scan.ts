export const BACKSLASH = 0x5c;

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;

/** `[` or `{`: the two differ in one bit, and no third byte does. */
export function opens(byte: number): boolean {
  return (byte | 0x20) === 0x7b;
}

/** `]` or `}`. */
export function closes(byte: number): boolean {
  return (byte | 0x20) === 0x7d;
}

/** The offset after a string's closing quote; the end of the bytes where there is none. */
export function endOfString(json: Buffer, opening: number): number {
  for (let quote = json.indexOf(QUOTE, opening + 1); quote !== -1; quote = json.indexOf(QUOTE, quote + 1)) {
    let backslashes = 0;
    while (json[quote - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return json.length;
}
