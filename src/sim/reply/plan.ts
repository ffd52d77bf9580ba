import { hashIndex, wordAt } from '../text/words.ts';
import { piecesOfJson, type Piece } from './piece.ts';
import { sampleOf } from './schema-sample.ts';

/** What kind of answer a request gets. */
export type ReplyKind =
  | { readonly is: 'prose' }
  | { readonly is: 'thought_then_prose' }
  /** One character over and over, without end: what broken weights say. */
  | { readonly is: 'rubbish' }
  /** A JSON text that fits `schema`; the word itself where a choice of words was asked for. */
  | { readonly is: 'json'; readonly schema: unknown }
  | { readonly is: 'word'; readonly word: string }
  | { readonly is: 'tool_call'; readonly name: string; readonly schema: unknown };

/** An answer as the simulated model would give it, token by token. */
export interface Plan {
  readonly seed: number;
  /** The tokens that are settled; after them comes prose for as long as is asked. */
  readonly opening: readonly Piece[];
  /** Where the model would stop by itself. ≥ 1. */
  readonly naturalTokens: number;
  /** What every token after the opening says, in place of prose. */
  readonly filler?: string;
}

/** Prose is this long at least, and varies by this much with the prompt. */
const PROSE_TOKENS = 16;
const PROSE_TOKENS_SPREAD = 112;
const THOUGHT_TOKENS = 8;
const THOUGHT_TOKENS_SPREAD = 32;

/** What every prose starts with, so that nobody takes it for a model's. */
const LABEL = '[simulated]';

/** Settles an answer. The same seed gives the same answer. */
export function planReply(kind: ReplyKind, seed: number): Plan {
  const label: Piece = { channel: 'content', text: LABEL };
  const proseTokens = PROSE_TOKENS + (seed % PROSE_TOKENS_SPREAD);
  switch (kind.is) {
    case 'prose':
      break;
    case 'thought_then_prose': {
      const opening: readonly Piece[] = [...thought(seed), label];
      return { seed, opening, naturalTokens: opening.length + proseTokens };
    }
    case 'rubbish':
      return { seed, opening: [], naturalTokens: Number.POSITIVE_INFINITY, filler: '!' };
    case 'json':
      return settled(seed, piecesOfJson('content', JSON.stringify(sampleOf(kind.schema))));
    case 'word':
      return settled(seed, [{ channel: 'content', text: kind.word }]);
    case 'tool_call': {
      const words = piecesOfJson('tool_arguments', JSON.stringify(sampleOf(kind.schema) ?? {}));
      return settled(seed, [{ channel: 'tool_name', text: kind.name }, ...words]);
    }
  }
  return { seed, opening: [label], naturalTokens: proseTokens };
}

/** The `index`th token of an answer. */
export const pieceAt = (plan: Plan, index: number): Piece =>
  plan.opening[index] ?? { channel: 'content', text: plan.filler ?? wordAt(plan.seed, index) };

/** What broken weights make of an answer: only what a grammar holds is still well formed. */
export const spoiled = (kind: ReplyKind): ReplyKind =>
  kind.is === 'json' || kind.is === 'word' ? kind : { is: 'rubbish' };

const settled = (seed: number, opening: readonly Piece[]): Plan => ({ seed, opening, naturalTokens: opening.length });

function thought(seed: number): readonly Piece[] {
  const words = THOUGHT_TOKENS + (hashIndex(seed, 0) % THOUGHT_TOKENS_SPREAD);
  return Array.from({ length: words }, (_, index) => ({
    channel: 'reasoning',
    text: index === 0 ? LABEL : wordAt(~seed, index),
  }));
}
