/**
 * The simulation's vocabulary: a token is up to four bytes of UTF-8, about what a real one is of English text. Its
 * id is these bytes behind a 1, read as one big number, so that ids turn back into the text they came from.
 */
const TOKEN_BYTES_MAX = 4;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const countTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / TOKEN_BYTES_MAX);

export function tokenize(text: string): number[] {
  const bytes = encoder.encode(text);
  const tokens: number[] = [];
  for (let at = 0; at < bytes.length; at += TOKEN_BYTES_MAX) {
    tokens.push(bytes.subarray(at, at + TOKEN_BYTES_MAX).reduce((id, byte) => id * 256 + byte, 1));
  }
  return tokens;
}

export function detokenize(tokens: readonly number[]): string {
  return decoder.decode(new Uint8Array(tokens.flatMap(bytesOf)));
}

function bytesOf(token: number): number[] {
  const bytes: number[] = [];
  for (let rest = token; rest > 1; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return bytes;
}
