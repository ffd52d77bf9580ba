import type { Pattern } from './pattern.ts';

interface Trie {
  readonly next: Map<number, Trie>;
  isWord: boolean;
}

/** The pattern of a list of words, as a tree by their first characters: a long list costs no more than a short one. */
export function wordPattern(words: readonly string[]): Pattern {
  const root: Trie = { next: new Map(), isWord: false };
  for (const word of words) {
    let node = root;
    for (const character of word) {
      const code = character.codePointAt(0) ?? 0;
      const next = node.next.get(code) ?? { next: new Map<number, Trie>(), isWord: false };
      node.next.set(code, next);
      node = next;
    }
    node.isWord = true;
  }
  return patternOf(root);
}

function patternOf({ next }: Trie): Pattern {
  const parts = [...next].map(([code, trie]): Pattern => {
    const set = { ranges: [{ from: code, to: code }], negated: false };
    const char: Pattern = { is: 'char', set };
    if (trie.next.size === 0) return char;
    const rest = patternOf(trie);
    return { is: 'sequence', parts: [char, trie.isWord ? { is: 'repeat', part: rest, min: 0, max: 1 } : rest] };
  });
  return { is: 'choice', parts };
}
