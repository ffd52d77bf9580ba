import type { Scanner } from './scan/scanner.ts';
import { isHighSurrogate } from './whole-characters.ts';

/** Of an escape: `\n`, or `\u` and four digits. */
const SHORT_ESCAPE = 2;
const LONG_ESCAPE = 6;

/** Reads the escapes of JSON strings, and has each scanned as the character that it stands for. */
interface JsonEscapes {
  /** Whether one has begun that is not whole yet. */
  isOpen(): boolean;
  /** The next character of one, its backslash first. */
  take(character: string): void;
  /** What follows is none. One that was not finished is text like any other. */
  end(): void;
}

/** Two escapes may be one character (RFC 8259 §7), so the first of such waits for the second. */
export function createJsonEscapes(scanner: Pick<Scanner, 'take'>): JsonEscapes {
  let begun = '';
  let high = '';

  const letHighGo = () => {
    if (high !== '') scanner.take(Number.parseInt(high.slice(SHORT_ESCAPE), 16), high);
    high = '';
  };
  return {
    isOpen: () => begun !== '',
    take(character) {
      begun += character;
      if (begun.length < (begun[1] === 'u' ? LONG_ESCAPE : SHORT_ESCAPE)) return;
      const code = codeOf(begun);
      if (high !== '' && code >= 0xdc00 && code <= 0xdfff) {
        scanner.take(surrogatePair(high, code), high + begun);
        high = '';
      } else {
        letHighGo();
        if (begun[1] === 'u' && isHighSurrogate(code)) high = begun;
        else scanner.take(code, begun);
      }
      begun = '';
    },
    end() {
      letHighGo();
      if (begun !== '') scanner.take(begun.codePointAt(0) ?? 0, begun);
      begun = '';
    },
  };
}

const CONTROLS: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

/** The character that an escape stands for. */
function codeOf(escape: string): number {
  const [, letter = ''] = escape; // a whole character, were it of two units
  const code = letter === 'u' ? Number.parseInt(escape.slice(SHORT_ESCAPE), 16) : Number.NaN;
  return Number.isNaN(code) ? ((CONTROLS[letter] ?? letter).codePointAt(0) ?? 0) : code;
}

/** The Unicode Standard §3.9, D91. */
function surrogatePair(high: string, low: number): number {
  return (Number.parseInt(high.slice(SHORT_ESCAPE), 16) - 0xd800) * 0x400 + (low - 0xdc00) + 0x10000;
}
