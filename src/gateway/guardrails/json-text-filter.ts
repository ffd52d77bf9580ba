import { createJsonEscapes } from './json-escapes.ts';
import type { CompiledRule } from './rule.ts';
import { createScanner, type Scan } from './scan/scanner.ts';
import { createTextFilter, filterText, type TextFilter } from './text-filter.ts';
import { createWholeCharacters } from './whole-characters.ts';

/** Characters that belong to no string and to no number (RFC 8259 §2). */
const STRUCTURE = new Set('{}[]:, \t\n\r');
/** Longest number or literal that is waited for; a longer one is none. */
const TOKEN_CHARACTERS_MAX = 64;

/**
 * Filters JSON that comes as text, such as the arguments of a tool call: its strings are texts of their own, looked at
 * without their escapes, and stay strings. A number that a rule redacts becomes `null`, so JSON stays JSON.
 */
export function createJsonTextFilter(scan: Scan): TextFilter {
  const scanner = createScanner(scan, (replacement) => JSON.stringify(replacement).slice(1, -1));
  const escapes = createJsonEscapes(scanner);
  const characters = createWholeCharacters();
  let inString = false;
  /** A number or literal that is not whole yet. */
  let token = '';
  let refused: CompiledRule | undefined;

  const endToken = () => {
    if (token === '') return;
    const filter = createTextFilter(scan);
    const text = filterText(filter, token);
    refused ??= filter.refusedBy();
    if (refused === undefined) scanner.pass(text === token ? token : 'null');
    token = '';
  };
  const inside = (character: string) => {
    if (escapes.isOpen() || character === '\\') return escapes.take(character);
    escapes.end();
    if (character !== '"') return scanner.take(character.codePointAt(0) ?? 0, character);
    scanner.end();
    scanner.pass(character);
    inString = false;
  };
  const outside = (character: string) => {
    const isString = character === '"';
    if (isString || STRUCTURE.has(character) || token.length >= TOKEN_CHARACTERS_MAX) endToken();
    if (refused !== undefined) return;
    if (!isString && !STRUCTURE.has(character)) return void (token += character);
    scanner.pass(character);
    inString = isString;
  };
  const take = (text: string) => {
    for (const character of text) (inString ? inside : outside)(character);
  };

  return {
    push(piece) {
      take(characters.push(piece));
      return scanner.drain();
    },
    end() {
      take(characters.end());
      escapes.end();
      endToken();
      scanner.end();
      return scanner.drain();
    },
    refusedBy: () => refused ?? scanner.refusedBy(),
  };
}
