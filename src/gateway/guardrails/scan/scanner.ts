import type { CompiledRule } from '../rule.ts';
import { characterOf, type Character } from './character.ts';
import { createCover } from './cover.ts';
import { advance, earliestMatch, earliestOpen, NO_THREADS, type Threads } from './threads.ts';

/** What a text is scanned for. */
export interface Scan {
  readonly rules: readonly CompiledRule[];
  /** A rule matched: told at each match. */
  readonly matched: (rule: CompiledRule) => void;
}

/** Looks at a text character by character, and lets go of what no match can reach any more. */
export interface Scanner {
  /** One character, and how it is written: with its escape, where it has one. */
  take(code: number, written: string): void;
  /** Whether a character would change nothing here: no match is open, and none begins with it. */
  skips(code: number): boolean;
  /** Such characters, together; `last` is the last of them. */
  skip(written: string, count: number, last: number): void;
  /** What is between texts. */
  pass(written: string): void;
  /** The text is over: what is held is let go. Another one may follow. */
  end(): void;
  /** What was let go since the last call. After a refusal nothing is any more. */
  drain(): string;
  /** The rule that refused, once one did. */
  refusedBy(): CompiledRule | undefined;
}

/**
 * Redacts every character that any match covers; matches may overlap. One that may be the beginning of a match is held
 * until that is decided, so what is held is never longer than the longest match. What comes out does not depend on how
 * the text is cut: all is decided character by character. `write` says how a replacement is written.
 */
export function createScanner({ rules, matched }: Scan, write: (replacement: string) => string): Scanner {
  const cover = createCover(write);
  const threads: Threads[] = rules.map(() => NO_THREADS);
  let before: Character | undefined;
  let at = 0;
  let refused: CompiledRule | undefined;

  const found = (rule: CompiledRule, start: number | undefined, end: number) => {
    if (start === undefined || refused !== undefined) return;
    matched(rule);
    if (rule.action === 'redact') cover.mark({ start, end, replacement: rule.replacement });
    if (rule.action !== 'refuse') return;
    cover.release(Math.min(start, openFrom(rules, threads, at)));
    refused = rule;
  };
  const step = (rule: CompiledRule, index: number, character: Character) => {
    const now = threads[index] ?? NO_THREADS;
    if (now.places.length === 0 && rule.beginsWith[character.code] === false) return;
    if (rule.wholeWords && !(before?.isWord === true && character.isWord)) found(rule, earliestMatch(rule, now), at);
    const next = advance(rule, now, { character, before, at });
    threads[index] = next;
    if (!rule.wholeWords) found(rule, earliestMatch(rule, next), at + 1);
  };

  return {
    take(code, written) {
      if (refused !== undefined) return;
      const character = characterOf(code);
      cover.hold(written);
      rules.forEach((rule, index) => step(rule, index, character));
      at += 1;
      before = character;
      if (refused === undefined) cover.release(openFrom(rules, threads, at));
    },
    skips: (code) =>
      threads.every((it) => it.places.length === 0) && rules.every((it) => it.beginsWith[code] === false),
    skip(written, count, last) {
      if (refused !== undefined) return;
      cover.letThrough(written, count);
      at += count;
      before = characterOf(last);
    },
    pass(written) {
      if (refused === undefined) cover.letThrough(written, 0);
    },
    end() {
      rules.forEach((rule, index) => {
        if (rule.wholeWords) found(rule, earliestMatch(rule, threads[index] ?? NO_THREADS), at);
      });
      threads.fill(NO_THREADS);
      before = undefined;
      if (refused === undefined) cover.release(at);
    },
    drain: () => cover.drain(),
    refusedBy: () => refused,
  };
}

/** The first character that a match may still reach, `at` where there is none. */
function openFrom(rules: readonly CompiledRule[], threads: readonly Threads[], at: number): number {
  let from = at;
  rules.forEach((rule, index) => {
    const open = rule.action === 'flag' ? undefined : earliestOpen(rule, threads[index] ?? NO_THREADS);
    if (open !== undefined && open < from) from = open;
  });
  return from;
}
