import type { CompiledRule } from './rule.ts';
import { createScanner, type Scan } from './scan/scanner.ts';
import { createWholeCharacters } from './whole-characters.ts';

/** Filters one text that comes in pieces. */
export interface TextFilter {
  /** The next piece; returns what may go on of it and of what was held. */
  push(piece: string): string;
  /** The text is whole; returns the rest. */
  end(): string;
  /** The rule that refused it, once one did; nothing goes on any more. */
  refusedBy(): CompiledRule | undefined;
}

/** Filters plain text. */
export function createTextFilter(scan: Scan): TextFilter {
  const scanner = createScanner(scan, (replacement) => replacement);
  const characters = createWholeCharacters();
  return {
    push(piece) {
      const text = characters.push(piece);
      const end = text.length;
      for (let at = 0; at < end;) {
        const until = skipFrom(text, at, end, (code) => scanner.skips(code));
        if (until > at) scanner.skip(text.slice(at, until), until - at, text.charCodeAt(until - 1));
        if (until === end) break;
        const code = text.codePointAt(until) ?? 0;
        at = until + (code > UNIT_MAX ? 2 : 1);
        scanner.take(code, text.slice(until, at));
      }
      return scanner.drain();
    },
    end() {
      const half = characters.end();
      if (half !== '') scanner.take(half.charCodeAt(0), half);
      scanner.end();
      return scanner.drain();
    },
    refusedBy: () => scanner.refusedBy(),
  };
}

const UNIT_MAX = 0xffff;
const ASCII_MAX = 0x7f;

/** The end of a run of characters that change nothing. */
function skipFrom(text: string, from: number, end: number, skips: (code: number) => boolean): number {
  let at = from;
  while (at < end && text.charCodeAt(at) <= ASCII_MAX && skips(text.charCodeAt(at))) at += 1;
  return at;
}

/** Filters a text that is whole. */
export function filterText(filter: TextFilter, text: string): string {
  return filter.push(text) + filter.end();
}
