import type { CompiledRule } from './rule.ts';
import { createScanner, type Scan } from './scan/scanner.ts';
import { createTextFilter, filterText, isHighSurrogate, type TextFilter } from './text-filter.ts';

/** Characters that belong to no string and to no number (RFC 8259 §2). */
const STRUCTURE = new Set('{}[]:, \t\n\r');
/** Longest number or literal that is waited for; a longer one is none. */
const TOKEN_CHARACTERS_MAX = 64;
/** Of an escape: `\n`, or `\u` and four digits. */
const SHORT_ESCAPE = 2;
const LONG_ESCAPE = 6;

/**
 * Filters JSON that comes as text, such as the arguments of a tool call: its strings are texts of their own, looked at
 * without their escapes, and stay strings. A number that a rule redacts becomes `null`, so JSON stays JSON.
 */
export function createJsonTextFilter(scan: Scan): TextFilter {
  const scanner = createScanner(scan, (replacement) => JSON.stringify(replacement).slice(1, -1));
  let inString = false;
  /** An escape, a number, or half a character that is not whole yet. */
  let begun = '';
  /** The first of two escapes that are one character. */
  let high = '';
  let refused: CompiledRule | undefined;

  const letHighGo = () => {
    if (high !== '') scanner.take(Number.parseInt(high.slice(SHORT_ESCAPE), 16), high);
    high = '';
  };
  const endToken = () => {
    if (begun === '') return;
    const filter = createTextFilter(scan);
    const text = filterText(filter, begun);
    refused ??= filter.refusedBy();
    if (refused === undefined) scanner.pass(text === begun ? begun : 'null');
    begun = '';
  };
  const escape = (character: string) => {
    begun += character;
    if (begun.length < (begun[1] === 'u' ? LONG_ESCAPE : SHORT_ESCAPE)) return;
    const code = codeOf(begun);
    if (high !== '' && code >= 0xdc00 && code <= 0xdfff) {
      scanner.take(surrogatePair(high, code), high + begun);
      high = '';
    } else {
      letHighGo();
      if (isHighSurrogate(code)) high = begun;
      else scanner.take(code, begun);
    }
    begun = '';
  };
  const inside = (character: string) => {
    if (begun !== '') return escape(character);
    if (character === '\\') return void (begun = character);
    letHighGo();
    if (character !== '"') return scanner.take(character.codePointAt(0) ?? 0, character);
    scanner.end();
    scanner.pass(character);
    inString = false;
  };
  const outside = (character: string) => {
    const isString = character === '"';
    if (isString || STRUCTURE.has(character) || begun.length >= TOKEN_CHARACTERS_MAX) endToken();
    if (refused !== undefined) return;
    if (!isString && !STRUCTURE.has(character)) return void (begun += character);
    scanner.pass(character);
    inString = isString;
  };

  let half = '';
  return {
    push(piece) {
      const text = half + piece;
      half = isHighSurrogate(text.charCodeAt(text.length - 1)) ? text.slice(-1) : '';
      for (const character of half === '' ? text : text.slice(0, -1)) (inString ? inside : outside)(character);
      return scanner.drain();
    },
    end() {
      if (half !== '') (inString ? inside : outside)(half);
      letHighGo();
      if (inString && begun !== '') scanner.take(begun.codePointAt(0) ?? 0, begun);
      else endToken();
      [half, begun] = ['', ''];
      scanner.end();
      return scanner.drain();
    },
    refusedBy: () => refused ?? scanner.refusedBy(),
  };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

/** The character that an escape stands for. */
function codeOf(escape: string): number {
  const letter = escape[1] ?? '';
  const code = letter === 'u' ? Number.parseInt(escape.slice(SHORT_ESCAPE), 16) : Number.NaN;
  return Number.isNaN(code) ? ((ESCAPES[letter] ?? letter).codePointAt(0) ?? 0) : code;
}

/** The Unicode Standard §3.9, D91. */
function surrogatePair(high: string, low: number): number {
  return (Number.parseInt(high.slice(SHORT_ESCAPE), 16) - 0xd800) * 0x400 + (low - 0xdc00) + 0x10000;
}
